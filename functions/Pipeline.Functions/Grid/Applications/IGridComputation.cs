namespace Pipeline.Grid.Applications;

/// <summary>A work unit that is being computed. It has no thread of its own: the client calls <see cref="Step"/> until all is done.</summary>
public interface IGridComputation : IDisposable
{
    /// <summary>How much is done, from 0 to 1.</summary>
    double FractionDone { get; }

    /// <summary>Does some tenths of a second of work.</summary>
    /// <param name="ct">Ends the step early; what is done so far counts, and the computation can go on.</param>
    /// <returns>Whether the computation has finished.</returns>
    bool Step(CancellationToken ct);

    /// <summary>The state between two steps, bounded in size. <see cref="IGridApplication.Open"/> with it continues to the same result.</summary>
    ReadOnlyMemory<byte> Checkpoint();

    /// <summary>The result, after <see cref="Step"/> has returned true.</summary>
    /// <exception cref="InvalidOperationException">The computation has not finished.</exception>
    ReadOnlyMemory<byte> Result();
}
