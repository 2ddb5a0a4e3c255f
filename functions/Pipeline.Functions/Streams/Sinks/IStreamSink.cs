namespace Pipeline.Streams;

/// <summary>Where a stream's output goes. One instance serves all partitions of a stream on this host, from several threads.</summary>
/// <remarks>
/// <para>Output is committed first, in one write with the state and the position that it comes from, and handed over here
/// afterwards. So a sink is never given anything that could still change. It may be given the same output again: after a failure
/// of its own, after the host died between the sink's success and the commit that records it, and by a host that has lost the
/// partition and has not noticed. In each case it is the same to the byte, with the same <see cref="StreamOutput.Origin"/>.</para>
/// <para>Outputs of one origin partition come in the order of their commits, and the next one only after the one before was taken.
/// A sink that throws is tried again with back-off for as long as it takes; meanwhile the partition takes no events.</para>
/// <para>Names derive from the origin: (stream, generation, stage, partition, commit) never repeats with other content. Names that
/// derive from a window (stream, partition, window start and end) are overwritten by a higher <see cref="OutputWindow.Revision"/>, and
/// by a replay of the stream. Before a write that replaces something, read its version, then call
/// <see cref="IStreamFence.EnsureOwnedAsync"/>, then write on condition of that version; on conflict start over.</para>
/// </remarks>
public interface IStreamSink : IAsyncDisposable
{
    /// <summary>The dataset that the output goes to; null where it goes elsewhere.</summary>
    string? Dataset => null;

    /// <summary>How rows leave the app's own store and hubs; null where they do not.</summary>
    string? LeavesBy => null;

    /// <summary>Takes one commit's output of one kind.</summary>
    /// <param name="output">What to take; its file is there until the task ends.</param>
    /// <param name="fence">Tells whether the partition is still this host's.</param>
    /// <param name="cancellationToken">The host stops; the output comes again.</param>
    /// <exception cref="StreamFencedException">Another host owns the partition.</exception>
    Task PublishAsync(StreamOutput output, IStreamFence fence, CancellationToken cancellationToken);

    /// <summary>A partition begins a new generation (the stream is replayed): removes what earlier generations published of this
    /// partition from <paramref name="from"/> on, where the sink can. Comes before the first output of the generation, perhaps twice.</summary>
    /// <param name="origin">The partition and its new generation; its commit is 0.</param>
    /// <param name="from">Windows that start at this event time or later are made again, in microseconds since 1970; null for all. What is before stays.</param>
    /// <param name="fence">Tells whether the partition is still this host's.</param>
    /// <param name="cancellationToken">The host stops; the call comes again.</param>
    Task ResetAsync(StreamOrigin origin, long? from, IStreamFence fence, CancellationToken cancellationToken) => Task.CompletedTask;
}
