using Pipeline.Jobs;
using Pipeline.Sql;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>A spec that was found sound, and what was made of it.</summary>
/// <param name="Spec">The spec.</param>
/// <param name="Query">Its query.</param>
/// <param name="Scorer">What scores its rows; null where nothing does.</param>
/// <param name="Sinks">Its sinks, in the spec's order.</param>
/// <param name="LateSink">What takes its late events; null where they are dropped.</param>
internal sealed record CompiledStream(StreamSpec Spec, StreamQuery Query, IRowScorer? Scorer, IReadOnlyList<IStreamSink> Sinks, IStreamSink? LateSink) : IAsyncDisposable
{
    /// <summary>The columns of what goes to the sinks: the query's, and those of the model.</summary>
    public IReadOnlyList<ColumnSchema> Result { get; } = Scorer is null ? Query.Result : [.. Query.Result, .. Scorer.Columns];

    /// <summary>The model's version that it works with; null where it has none.</summary>
    public ModelPin? Model => Scorer is null ? null : new ModelPin(Spec.Score!.Model, Scorer.Version, Scorer.Fingerprint);

    /// <summary>Whether groups are brought together through the shuffle.</summary>
    public bool IsShuffled => Query.IsWindowed && Query.NeedsShuffle(Spec.PartitionKey);

    /// <summary>What the stream reads and writes, for the rules about data.</summary>
    public DataUse Use(string name)
    {
        IReadOnlyList<IStreamSink> all = LateSink is null ? Sinks : [.. Sinks, LateSink];
        return new DataUse(
            $"stream {name}",
            [.. Spec.Tables.Select(table => DataUse.Dataset(table.Value)).Distinct(StringComparer.Ordinal), .. Spec.Score is { } score ? [DataUse.Model(score.Model)] : Array.Empty<string>()],
            [.. all.Select(sink => sink.Dataset).OfType<string>().Select(DataUse.Dataset).Distinct(StringComparer.Ordinal)])
        {
            LeavesBy = [.. all.Select(sink => sink.LeavesBy).OfType<string>().Distinct(StringComparer.Ordinal)],
        };
    }

    /// <summary>Has the model score rows, if there is one. This comes before the commit: what the model says lies in the outbox with the rows, so
    /// that it is never said twice, and differently.</summary>
    /// <param name="file">The rows of the query; it goes once they are scored.</param>
    /// <param name="scored">Where rows with what the model says may go.</param>
    /// <param name="cancellationToken">Interrupts the work.</param>
    /// <returns>The file to publish.</returns>
    public async Task<string> ScoreAsync(string file, string scored, CancellationToken cancellationToken)
    {
        if (Scorer is null)
            return file;
        await Scorer.ScoreAsync(file, scored, cancellationToken);
        File.Delete(file);
        return scored;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Scorer?.Dispose();
        foreach (var sink in Sinks)
            await sink.DisposeAsync();
        if (LateSink is not null)
            await LateSink.DisposeAsync();
    }
}
