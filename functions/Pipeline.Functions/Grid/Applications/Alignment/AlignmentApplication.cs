using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Grid.Applications.Alignment;

/// <summary>
/// Local alignment of reads with a reference: Smith and Waterman (1981) with the affine gaps of Gotoh (1982). Of each read the best
/// alignment is told. Reads come from a FASTA file, from a dataset, or are simulated from a seed.
/// </summary>
public sealed class AlignmentApplication : IGridApplication
{
    private const int MaxResultBytes = 64 * 1024 * 1024;
    private const long MaxUnitLetters = 4 * 1024 * 1024;
    // About how many operations a cell of Gotoh's recurrences takes.
    private const double FlopsPerCell = 10;

    /// <inheritdoc/>
    public string Name => "alignment";

    /// <inheritdoc/>
    public int Version => 1;

    /// <inheritdoc/>
    public IResultValidator Validator { get; } = new ExactValidator();

    /// <inheritdoc/>
    public void Check(GridSource source, ICollection<SpecFault> faults) => AlignmentParameters.Read(source, faults);

    /// <inheritdoc/>
    public IReadOnlyList<string> FilesOf(GridSource source) => [AlignmentParameters.Read(source, []).Reference];

    /// <inheritdoc/>
    public async IAsyncEnumerable<UnitDraft> SplitAsync(GridSource source, IObjectStore store, [EnumeratorCancellation] CancellationToken ct)
    {
        var faults = new List<SpecFault>();
        var parameters = AlignmentParameters.Read(source, faults);
        if (faults.Count > 0)
            throw new SpecException(faults);
        var scoring = parameters.Scoring.ToScoring();
        var reference = FastaParser.Parse(await FileAsync(store, parameters.Reference, ct), scoring.Alphabet, parameters.Reference);
        var length = reference.Sum(sequence => (long)sequence.Codes.Length);
        var number = 0;
        if (parameters.Simulated is { } simulated)
        {
            for (var first = 0; first < parameters.Count; first += parameters.ReadsPerUnit)
            {
                var count = Math.Min(parameters.ReadsPerUnit, parameters.Count - first);
                yield return Draft(number++, new AlignmentUnit(parameters.Reference, parameters.Scoring, parameters.BothStrands, parameters.MinScore, first, count, Simulated: simulated), (long)count * simulated.Length);
            }
            yield break;
        }
        var reads = new List<UnitRead>();
        var letters = 0L;
        await foreach (var read in ReadsAsync(source, parameters, scoring, store, ct))
        {
            if (read.Codes.Length > scoring.MaxQuery)
                throw new InvalidDataException($"The read '{read.Name}' has {read.Codes.Length:N0} letters; with this scoring, at most {scoring.MaxQuery:N0} are aligned. Cut it, or choose another scoring.");
            if (reads.Count == parameters.ReadsPerUnit || letters + read.Codes.Length > MaxUnitLetters)
            {
                yield return Draft(number++, Unit(), letters);
                (reads, letters) = ([], 0);
            }
            reads.Add(new UnitRead(read.Name, scoring.Alphabet.Decode(read.Codes)));
            letters += read.Codes.Length;
        }
        if (reads.Count > 0)
            yield return Draft(number, Unit(), letters);

        AlignmentUnit Unit() => new(parameters.Reference, parameters.Scoring, parameters.BothStrands, parameters.MinScore, 0, reads.Count, Reads: reads);

        UnitDraft Draft(int index, AlignmentUnit unit, long queryLetters)
        {
            var input = UnitJson.Write(unit);
            return new UnitDraft(string.Create(CultureInfo.InvariantCulture, $"reads-{index:D6}"), input, [parameters.Reference],
                FlopsPerCell * queryLetters * length * (parameters.BothStrands ? 2 : 1), 256 * 1024 * 1024 + 4 * length, 2 * (length + input.Length) + 64 * 1024 * 1024);
        }
    }

    /// <inheritdoc/>
    public IGridComputation Open(UnitPayload payload, ReadOnlyMemory<byte> checkpoint) => Open(payload, checkpoint, LocalAligner.Width, TimeSpan.FromMilliseconds(200));

    /// <summary>Opens a work unit for vectors, and steps, of one's own choice.</summary>
    internal static IGridComputation Open(UnitPayload payload, ReadOnlyMemory<byte> checkpoint, int width, TimeSpan step)
    {
        var unit = AlignmentUnit.Parse(payload.Input.Span);
        if (!payload.SharedFilePaths.TryGetValue(unit.Reference, out var path))
            throw new InvalidDataException($"The work unit '{payload.UnitName}' came without its reference '{unit.Reference}'.");
        var file = new FileInfo(path);
        if (file.Length > FastaParser.MaxBytes)
            throw new InvalidDataException($"The reference '{unit.Reference}' has {ByteSize.Format(file.Length)}; at most {ByteSize.Format(FastaParser.MaxBytes)} are read.");
        var reference = FastaParser.Parse(File.ReadAllBytes(path), unit.Scoring.ToScoring().Alphabet, unit.Reference);
        return new AlignmentComputation(unit, payload.Input.Span, reference, checkpoint.Span, width, step);
    }

    /// <inheritdoc/>
    public ResultTable Read(ReadOnlyMemory<byte> result) => ResultText.Read(AlignmentRow.Fields, result.Span, MaxResultBytes, AlignmentParameters.MaxReadsPerUnit);

    private static async IAsyncEnumerable<Sequence> ReadsAsync(GridSource source, AlignmentParameters parameters, Scoring scoring, IObjectStore store, [EnumeratorCancellation] CancellationToken ct)
    {
        if (source.File is { } file)
        {
            foreach (var read in FastaParser.Parse(await FileAsync(store, file, ct), scoring.Alphabet, file))
                yield return read;
            yield break;
        }
        var columns = new[] { (parameters.NameColumn, "VARCHAR"), (parameters.SequenceColumn, "VARCHAR") };
        await foreach (var reads in DatasetRows.ReadAsync(store, source.Dataset!, columns, (rows, path) => Rows(rows, path, scoring), ct))
        {
            foreach (var read in reads)
                yield return read;
        }
    }

    private static List<Sequence> Rows(DbDataReader reader, string path, Scoring scoring)
    {
        var reads = new List<Sequence>();
        var letters = 0L;
        for (var row = 0; reader.Read(); row++)
        {
            if (reader.IsDBNull(0) || reader.IsDBNull(1))
                throw new InvalidDataException($"Row {row} of {path}: a read needs a name and a sequence.");
            var (name, text) = (reader.GetString(0), reader.GetString(1));
            if (name.Length is 0 or > FastaParser.MaxName || name.AsSpan().ContainsAnyExceptInRange('!', '~'))
                throw new InvalidDataException($"Row {row} of {path}: a read's name has 1 to {FastaParser.MaxName} visible ASCII characters and no blanks.");
            letters += text.Length;
            if (text.Length == 0 || letters > FastaParser.MaxBytes)
                throw new InvalidDataException(text.Length == 0 ? $"Row {row} of {path}: the sequence is empty." : $"{path} has more than {ByteSize.Format(FastaParser.MaxBytes)} of sequences. Split it.");
            try
            {
                reads.Add(new Sequence(name, scoring.Alphabet.Encode(text)));
            }
            catch (InvalidDataException e)
            {
                throw new InvalidDataException($"Row {row} of {path}: {e.Message}", e);
            }
        }
        return reads;
    }

    private static async Task<byte[]> FileAsync(IObjectStore store, string path, CancellationToken ct)
    {
        var info = await store.FindAsync(DatasetFolders.Container, path, ct)
            ?? throw new InvalidDataException($"There is no file '{path}' in '{DatasetFolders.Container}'. Upload it.");
        if (info.Length > FastaParser.MaxBytes)
            throw new InvalidDataException($"FASTA file '{path}' has {ByteSize.Format(info.Length)}; at most {ByteSize.Format(FastaParser.MaxBytes)} are read. Split it.");
        return await store.ReadAllAsync(DatasetFolders.Container, path, ct);
    }
}
