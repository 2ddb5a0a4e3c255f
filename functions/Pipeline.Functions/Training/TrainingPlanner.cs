using Pipeline.Jobs;
using Pipeline.Sql;
using Pipeline.Storage;

namespace Pipeline.Training;

/// <summary>Plans training jobs: checks the network's shapes and the columns, and shares the datasets' row groups out.</summary>
public sealed class TrainingPlanner(DatasetCatalog datasets, SampleSourceBuilder sources)
{
    private const long RowsPerTask = 250_000;
    private const long BytesPerTask = 64 * 1024 * 1024;

    // Pictures unfold to many times what they are stored in.
    private const long SampleBytesPerTask = 256 * 1024 * 1024;

    // Numbers of a batch that a worker looks at in one go: a gigabyte.
    private const long MostInputs = 1 << 28;

    /// <summary>Plans a job.</summary>
    /// <exception cref="SpecException">The spec does not fit the datasets, or the network does not fit together.</exception>
    public async Task<TrainingPlan> PlanAsync(TrainingSpec spec, CancellationToken cancellationToken)
    {
        var faults = new List<SpecFault>();
        try
        {
            NetworkBuilder.Build(spec.Model, spec.Data.InputShape(), spec.Outputs());
        }
        catch (SpecException e)
        {
            faults.AddRange(e.Faults);
        }
        var (source, training) = await OpenAsync(spec, spec.Data.Dataset, "/data/dataset", spec.Strategy.ShardBy, faults, cancellationToken);
        var (validationSource, validation) = spec.Data.ValidationDataset is { } other
            ? await OpenAsync(spec, other, "/data/validation/dataset", null, faults, cancellationToken)
            : (null, []);
        var width = spec.Data.InputShape().Aggregate(1L, (a, b) => a * b);
        var samples = spec.Strategy.Type == StrategySpec.Federated ? spec.BatchSize : DataIndex.SliceSize(spec, 0);
        if (width * samples > MostInputs)
            faults.Add(new SpecFault("/batchSize", $"{samples:N0} samples of {width:N0} numbers each are more than a worker looks at in one go. Take batches of {spec.BatchSize / samples * Math.Max(MostInputs / width, 1):N0} or fewer."));
        var rows = training.Sum(f => f.Rows);
        if (source is not null && spec.Data.Where is null && rows < spec.Slices)
            faults.Add(new SpecFault("/workers", $"Dataset '{spec.Data.Dataset}' has {rows} rows, too few for {spec.Slices} {(spec.Strategy.Type == StrategySpec.Federated ? "workers" : "slices of a batch")}. Have fewer."));
        return faults.Count == 0
            ? new TrainingPlan(spec, source!, validationSource, [.. Pack(training, spec.Data, false), .. Pack(validation, spec.Data, true)])
            : throw new SpecException(faults);
    }

    private async Task<(SampleSource?, IReadOnlyList<DataFile>)> OpenAsync(
        TrainingSpec spec, string name, string pointer, string? shardBy, List<SpecFault> faults, CancellationToken cancellationToken)
    {
        try
        {
            var dataset = await datasets.OpenAsync(name, cancellationToken);
            var source = await sources.BuildAsync(spec.Data, [.. dataset.Columns.Select(c => new ColumnSchema(c.Name, c.Type))], dataset.PartitionColumns, name, shardBy, withLabel: true, cancellationToken);
            var files = Files(dataset, source);
            if (FaultOf(files, spec.Data) is { } fault)
                faults.Add(new SpecFault(pointer, fault));
            return (source, files);
        }
        catch (SpecException e)
        {
            faults.AddRange(e.Faults.Where(f => !faults.Contains(f)));
        }
        catch (StorageException e) when (e is not StorageFullException)
        {
            faults.Add(new SpecFault(pointer, e.Message));
        }
        return (null, []);
    }

    /// <summary>The row groups of a dataset, each as a file of its own.</summary>
    internal static IReadOnlyList<DataFile> Files(Dataset dataset, SampleSource source) =>
    [
        .. from file in dataset.Files
           from rowGroup in file.Footer.RowGroups.Index()
           let bytes = file.Footer.Columns.Zip(rowGroup.Item.Chunks).Where(c => source.Read.Contains(c.First.Name, StringComparer.OrdinalIgnoreCase)).Sum(c => c.Second.CompressedBytes)
           select new DataFile(file.Object.Path, file.Object.ETag, [rowGroup.Index], rowGroup.Item.FirstRow, rowGroup.Item.Rows, bytes, file.Partition),
    ];

    /// <summary>What is wrong with row groups, each of which is read as a whole; null if nothing is.</summary>
    internal static string? FaultOf(IReadOnlyList<DataFile> groups, DataSpec data) =>
        groups.FirstOrDefault(g => g.Rows * SampleReader.Empty(data).Stride > Array.MaxLength) is { } large
            ? $"A row group of {large.Path} has {large.Rows:N0} rows, which become {ByteSize.Format(large.Rows * SampleReader.Empty(data).Stride)} of samples; {ByteSize.Format(Array.MaxLength)} are the most. Write the file with smaller row groups."
            : null;

    /// <summary>Packs row groups into tasks, in row order; neighbours of one file become one part of it.</summary>
    internal static IEnumerable<PrepareTask> Pack(IReadOnlyList<DataFile> groups, DataSpec data, bool forValidation)
    {
        var most = Math.Min(RowsPerTask, SampleBytesPerTask / SampleReader.Empty(data).Stride);
        var share = new List<DataFile>();
        long rows = 0, bytes = 0;
        foreach (var group in groups.Where(g => g.Rows > 0))
        {
            if (rows > 0 && (rows + group.Rows > most || bytes + group.Bytes > BytesPerTask))
            {
                yield return new PrepareTask([.. share], forValidation);
                share.Clear();
                (rows, bytes) = (0, 0);
            }
            (rows, bytes) = (rows + group.Rows, bytes + group.Bytes);
            if (share.Count > 0 && share[^1] is { } last && last.Path == group.Path)
                share[^1] = last with { RowGroups = [.. last.RowGroups, .. group.RowGroups], Rows = last.Rows + group.Rows, Bytes = last.Bytes + group.Bytes };
            else
                share.Add(group);
        }
        if (share.Count > 0)
            yield return new PrepareTask([.. share], forValidation);
    }
}
