using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Grid.Applications;

/// <summary>
/// A computation that volunteers run. Server and client have the same code built in: what travels is input and results, never
/// anything that can be executed.
/// </summary>
public interface IGridApplication
{
    /// <summary>The name that specs and clients know it by, for example <c>alignment</c>.</summary>
    string Name { get; }

    /// <summary>The version of input, checkpoints and results. A client runs only the name and version that it has.</summary>
    int Version { get; }

    /// <summary>How results of one work unit by different hosts are compared: exactly, or within a tolerance.</summary>
    IResultValidator Validator { get; }

    /// <summary>Checks parameters and input of a spec as far as that is possible without reading data.</summary>
    /// <param name="source">What the spec says.</param>
    /// <param name="faults">Gets every fault, with its JSON pointer in the spec.</param>
    void Check(GridSource source, ICollection<SpecFault> faults);

    /// <summary>Files of the container <c>datasets</c> that the parameters name, beside the input: volunteers get them, too.</summary>
    /// <param name="source">What the spec says; it has passed <see cref="Check"/>.</param>
    IReadOnlyList<string> FilesOf(GridSource source) => [];

    /// <summary>Splits the input into work units, on the server. The same source and data give the same units in the same order.</summary>
    /// <param name="source">What the spec says; it has passed <see cref="Check"/>.</param>
    /// <param name="store">Where datasets and files are.</param>
    /// <param name="ct">Stops the splitting.</param>
    /// <exception cref="InvalidDataException">The input is not what the application reads; the message says where and what to do.</exception>
    IAsyncEnumerable<UnitDraft> SplitAsync(GridSource source, IObjectStore store, CancellationToken ct);

    /// <summary>Begins or continues the computation of a work unit, on the client.</summary>
    /// <param name="payload">The work unit's input; it is checked, for it came over a network.</param>
    /// <param name="checkpoint">What <see cref="IGridComputation.Checkpoint"/> gave, or nothing to begin from the start.</param>
    /// <exception cref="InvalidDataException">Input or checkpoint is damaged.</exception>
    IGridComputation Open(UnitPayload payload, ReadOnlyMemory<byte> checkpoint);

    /// <summary>Reads a result, which a stranger sent: bounded work whatever the bytes are.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a result of this application.</exception>
    ResultTable Read(ReadOnlyMemory<byte> result);
}
