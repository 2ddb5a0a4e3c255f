using System.Data.Common;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Grid.Applications.Signal;

/// <summary>
/// The search for narrow-band signals in noise, as SETI@home did it (Korpela and others 2001): drift rates are taken out one after the
/// other, and spectra of several lengths are searched for spikes and for bells in time. Recordings are WAV files, datasets, or synthetic.
/// </summary>
public sealed class SignalApplication : IGridApplication
{
    private const int MaxResultBytes = 4 * 1024 * 1024;
    private const int MaxRows = 16 * 2 * SignalSearch.Slots;

    /// <summary>Makes the application.</summary>
    public SignalApplication() => Validator = new SignalValidator(Read);

    /// <inheritdoc/>
    public string Name => "signal";

    /// <inheritdoc/>
    public int Version => 1;

    /// <inheritdoc/>
    public IResultValidator Validator { get; }

    /// <inheritdoc/>
    public void Check(GridSource source, ICollection<SpecFault> faults) => SignalParameters.Read(source, faults);

    /// <inheritdoc/>
    public async IAsyncEnumerable<UnitDraft> SplitAsync(GridSource source, IObjectStore store, [EnumeratorCancellation] CancellationToken ct)
    {
        var faults = new List<SpecFault>();
        var parameters = SignalParameters.Read(source, faults);
        if (faults.Count > 0)
            throw new SpecException(faults);
        if (source.Dataset is not null)
        {
            // Samples travel with their units: a block goes out once, with all drift rates, unless the spec says otherwise.
            await foreach (var (first, block) in BlocksAsync(source.Dataset, parameters, store, ct))
            {
                foreach (var draft in Units(parameters, parameters.Rate!.Value, first, null, block, 0))
                    yield return draft;
            }
            yield break;
        }
        var (rate, count, file) = source.File is null ? (parameters.Rate!.Value, parameters.Samples, null) : await WavAsync(store, source.File, ct);
        if (count < parameters.Block)
            throw new InvalidDataException($"The recording has {count:N0} samples, less than a block of {parameters.Block:N0}. Take a smaller block.");
        for (var first = 0L; first + parameters.Block <= count; first += parameters.Block)
        {
            foreach (var draft in Units(parameters, rate, first, file, null, count * WavFile.Frame))
                yield return draft;
        }
    }

    /// <inheritdoc/>
    public IGridComputation Open(UnitPayload payload, ReadOnlyMemory<byte> checkpoint) => Open(payload, checkpoint, TimeSpan.FromMilliseconds(200));

    /// <summary>Opens a work unit for steps of one's own choice.</summary>
    internal static IGridComputation Open(UnitPayload payload, ReadOnlyMemory<byte> checkpoint, TimeSpan step)
    {
        var (unit, samples) = SignalUnit.Parse(payload.Input.Span);
        if (unit.File is not null)
        {
            if (!payload.SharedFilePaths.TryGetValue(unit.File, out var path))
                throw new InvalidDataException($"The work unit '{payload.UnitName}' came without its recording '{unit.File}'.");
            using var stream = File.OpenRead(path);
            var head = new byte[(int)Math.Min(stream.Length, WavFile.HeadBytes)];
            stream.ReadExactly(head);
            var wav = WavFile.Parse(head, stream.Length, unit.File);
            if (unit.First + unit.Count > wav.Count)
                throw new InvalidDataException($"The recording '{unit.File}' ends before the block of the work unit '{payload.UnitName}'.");
            samples = wav.Read(stream, unit.First, unit.Count);
        }
        samples ??= unit.Synthetic!.Make(unit.First, unit.Count, unit.Rate);
        return new SignalComputation(unit, payload.Input.Span, samples, checkpoint.Span, step);
    }

    /// <inheritdoc/>
    public ResultTable Read(ReadOnlyMemory<byte> result)
    {
        var table = ResultText.Read(Detection.Fields, result.Span, MaxResultBytes, MaxRows);
        foreach (var row in table.Rows)
            Detection.From(row);
        return table;
    }

    private static IEnumerable<UnitDraft> Units(SignalParameters parameters, double rate, long first, string? file, Samples? samples, long fileBytes)
    {
        var perUnit = parameters.DriftsPerUnit ?? (samples is null ? 16 : parameters.Drifts);
        for (var drift = 0; drift < parameters.Drifts; drift += perUnit)
        {
            var drifts = Math.Min(perUnit, parameters.Drifts - drift);
            var unit = new SignalUnit(rate, first, parameters.Block, parameters.Transforms, parameters.FirstDrift + drift, drifts, parameters.DriftStep, parameters.Spike, parameters.Gaussian,
                file is null && samples is null ? parameters.Synthetic : null, file);
            var input = unit.Write(samples);
            yield return new UnitDraft(string.Create(CultureInfo.InvariantCulture, $"block-{first / parameters.Block:D6}-drift-{drift / perUnit:D4}"), input, file is null ? [] : [file],
                Flops(unit), 128L * 1024 * 1024 + 100L * parameters.Block, input.Length + (file is null ? 0 : fileBytes) + 64L * 1024 * 1024);
        }
    }

    // A chirp a drift rate; for each length the transforms, half of each overlapping, and the filters over time.
    private static double Flops(SignalUnit unit) => unit.Drifts * (40.0 * unit.Count + unit.Transforms.Sum(length => 2.0 * unit.Count * (5 * BitOperations.Log2((uint)length) + 10 + (2 * unit.Count / length > 64 ? 180 : 0))));

    private static async Task<(double Rate, long Count, string File)> WavAsync(IObjectStore store, string file, CancellationToken ct)
    {
        var info = await store.FindAsync(DatasetFolders.Container, file, ct) ?? throw new InvalidDataException($"There is no file '{file}' in '{DatasetFolders.Container}'. Upload it.");
        if (info.Length > WavFile.MaxBytes)
            throw new InvalidDataException($"'{file}' has {ByteSize.Format(info.Length)}; a WAV file has at most {ByteSize.Format(WavFile.MaxBytes)}.");
        var head = new byte[(int)Math.Min(info.Length, WavFile.HeadBytes)];
        await store.ReadRangeAsync(DatasetFolders.Container, file, 0, head, info.ETag, ct);
        var wav = WavFile.Parse(head, info.Length, file);
        return (wav.Rate, wav.Count, file);
    }

    private static async IAsyncEnumerable<(long First, Samples Block)> BlocksAsync(string dataset, SignalParameters parameters, IObjectStore store, [EnumeratorCancellation] CancellationToken ct)
    {
        var columns = new[] { (parameters.InPhaseColumn, "DOUBLE"), (parameters.QuadratureColumn, "DOUBLE") };
        var (real, imaginary, filled, first) = (new double[parameters.Block], new double[parameters.Block], 0, 0L);
        await foreach (var part in DatasetRows.ReadAsync(store, dataset, columns, Rows, ct))
        {
            foreach (var (a, b) in part)
            {
                (real[filled], imaginary[filled]) = (a, b);
                if (++filled < parameters.Block)
                    continue;
                yield return (first, new Samples(real, imaginary));
                (filled, first) = (0, first + parameters.Block);
            }
        }
        if (first == 0)
            throw new InvalidDataException($"Dataset '{dataset}' has {filled:N0} samples, less than a block of {parameters.Block:N0}. Take a smaller block.");
    }

    private static List<(double, double)> Rows(DbDataReader reader, string path)
    {
        const int Most = 64 * 1024 * 1024;
        var rows = new List<(double, double)>();
        while (reader.Read())
        {
            if (reader.IsDBNull(0) || reader.IsDBNull(1) || !double.IsFinite(reader.GetDouble(0)) || !double.IsFinite(reader.GetDouble(1)))
                throw new InvalidDataException($"Row {rows.Count} of {path}: a sample needs two numbers, in phase and in quadrature.");
            if (rows.Count == Most)
                throw new InvalidDataException($"{path} has more than {Most:N0} rows. Split it.");
            rows.Add((reader.GetDouble(0), reader.GetDouble(1)));
        }
        return rows;
    }
}
