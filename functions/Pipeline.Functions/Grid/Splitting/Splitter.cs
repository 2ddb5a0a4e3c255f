using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Pipeline.Grid.Applications;
using Pipeline.Grid.Spec;
using Pipeline.Grid.Units;
using Pipeline.Grid.Wire;
using Pipeline.Storage;

namespace Pipeline.Grid.Splitting;

/// <summary>Has an application split its input, and puts inputs and shared files where hosts fetch them.</summary>
internal sealed class Splitter(IObjectStore store, UnitPages pages)
{
    /// <summary>The most units of a job.</summary>
    public const int MaxUnits = 1_000_000;

    private const int UnitsPerPage = 250;
    private const int WritesAtOnce = 16;
    private const long MaxInputBytes = 64L << 20;

    /// <summary>Splits the input of a job. Done twice, it writes the same.</summary>
    /// <exception cref="InvalidDataException">The input is not what the application reads.</exception>
    public async Task<GridShape> SplitAsync(GridRun run, GridSpec spec, CancellationToken cancellationToken)
    {
        var (files, setups, count, page) = (new SharedFiles(store), new List<UnitSetup>(), 0, 0);
        await Parallel.ForEachAsync(SetUpAllAsync(), new ParallelOptions { MaxDegreeOfParallelism = WritesAtOnce, CancellationToken = cancellationToken }, async (draft, token) =>
            await store.WriteAsync(GridFiles.Container, GridFiles.Input(run.JobId, draft.Name), new MemoryStream(draft.Input.ToArray()), WriteCondition.None, token));
        return count > 0 ? new GridShape(count, page) : throw new InvalidDataException("The input makes no work units: it is empty.");

        // One after the other, as the writing of inputs asks for more: what is in memory is bounded by the writes at once.
        async IAsyncEnumerable<UnitDraft> SetUpAllAsync()
        {
            await foreach (var draft in DraftsAsync(spec, cancellationToken))
            {
                setups.Add(await SetUpAsync(draft, count++, spec.Bounds, files, cancellationToken));
                yield return draft;
                if (setups.Count == UnitsPerPage)
                    await WritePageAsync();
            }
            if (setups.Count > 0)
                await WritePageAsync();
        }

        async Task WritePageAsync()
        {
            await pages.WriteAsync(run, page++, new UnitPage([.. files.All], setups), cancellationToken);
            setups = [];
        }
    }

    /// <summary>Counts the units, without making them.</summary>
    public async Task<(int Units, double Flops, long MemoryBytes)> CountAsync(GridSpec spec, CancellationToken cancellationToken)
    {
        var (units, flops, memory) = (0, 0.0, 0L);
        await foreach (var draft in DraftsAsync(spec, cancellationToken))
        {
            units++;
            flops += spec.Bounds.Flops ?? draft.Flops;
            memory = Math.Max(memory, spec.Bounds.MemoryBytes ?? draft.MemoryBytes);
        }
        return (units, flops, memory);
    }

    private async IAsyncEnumerable<UnitDraft> DraftsAsync(GridSpec spec, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var draft in spec.Application.SplitAsync(spec.Source, store, cancellationToken))
        {
            Check(draft, names);
            yield return draft;
        }
    }

    private static async Task<UnitSetup> SetUpAsync(UnitDraft draft, int number, UnitBounds bounds, SharedFiles files, CancellationToken cancellationToken)
    {
        var places = new List<int>();
        foreach (var path in draft.SharedFiles.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            places.Add(await files.PlaceOfAsync(path, cancellationToken));
        return new UnitSetup(
            number, draft.Name, Convert.ToHexStringLower(SHA256.HashData(draft.Input.Span)), places,
            bounds.Flops ?? draft.Flops, bounds.MemoryBytes ?? draft.MemoryBytes, bounds.DiskBytes ?? draft.DiskBytes);
    }

    private static void Check(UnitDraft draft, HashSet<string> names)
    {
        if (!GridNames.IsId(draft.Name) || !names.Add(draft.Name))
            throw new InvalidDataException($"'{draft.Name}' cannot name a work unit: names are made of letters, digits, '-' and '_', and are one of a kind in a job.");
        if (names.Count > MaxUnits)
            throw new InvalidDataException($"The input makes more than {MaxUnits:N0} work units. Make them larger, or split the input over several jobs.");
        if (draft.Input.Length > MaxInputBytes)
            throw new InvalidDataException($"The input of unit '{draft.Name}' has {ByteSize.Format(draft.Input.Length)}; {ByteSize.Format(MaxInputBytes)} are allowed. Make units smaller.");
        if (!(draft.Flops > 0) || !double.IsFinite(draft.Flops) || draft.MemoryBytes < 0 || draft.DiskBytes < 0)
            throw new InvalidDataException($"Unit '{draft.Name}' says that it takes no work, or negative memory or disk.");
    }
}
