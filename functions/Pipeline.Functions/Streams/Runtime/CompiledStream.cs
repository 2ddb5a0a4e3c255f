using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>A spec that was found sound, and what was made of it.</summary>
/// <param name="Spec">The spec.</param>
/// <param name="Query">Its query.</param>
/// <param name="Sinks">Its sinks, in the spec's order.</param>
/// <param name="LateSink">What takes its late events; null where they are dropped.</param>
internal sealed record CompiledStream(StreamSpec Spec, StreamQuery Query, IReadOnlyList<IStreamSink> Sinks, IStreamSink? LateSink) : IAsyncDisposable
{
    /// <summary>Whether groups are brought together through the shuffle.</summary>
    public bool IsShuffled => Query.IsWindowed && Query.NeedsShuffle(Spec.PartitionKey);

    /// <summary>What the stream reads and writes, for the rules about data.</summary>
    public DataUse Use(string name)
    {
        IReadOnlyList<IStreamSink> all = LateSink is null ? Sinks : [.. Sinks, LateSink];
        return new DataUse(
            $"stream {name}",
            [.. Spec.Tables.Select(table => DataUse.Dataset(table.Value)).Distinct(StringComparer.Ordinal)],
            [.. all.Select(sink => sink.Dataset).OfType<string>().Select(DataUse.Dataset).Distinct(StringComparer.Ordinal)])
        {
            LeavesBy = [.. all.Select(sink => sink.LeavesBy).OfType<string>().Distinct(StringComparer.Ordinal)],
        };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var sink in Sinks)
            await sink.DisposeAsync();
        if (LateSink is not null)
            await LateSink.DisposeAsync();
    }
}
