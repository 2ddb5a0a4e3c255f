using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Sql;
using Pipeline.Storage;

namespace Pipeline.Training;

/// <summary>Makes samples of rows: reads a task's share of a dataset through DuckDB, shares the samples out among the shards, and writes
/// them as one blob with a range for each shard.</summary>
public sealed class SamplePreparer(IObjectStore store, ParquetFetcher fetcher, TimeProvider time)
{
    /// <summary>Prepares a task's share. Done twice, it writes the same bytes.</summary>
    /// <exception cref="TrainingException">A row cannot be learnt from.</exception>
    public async Task<DataReport> PrepareAsync(TrainingPlan plan, TrainingRun run, int number, CancellationToken cancellationToken)
    {
        var spec = plan.Spec;
        var task = plan.Tasks[number];
        var sorted = new Sorted(spec, number);
        long bytes = 0;
        foreach (var file in task.Files)
        {
            var keys = !task.ForValidation && spec.Strategy.ShardBy is not null ? new List<string>() : null;
            var samples = await ReadAsync(task.ForValidation ? plan.ValidationSource! : plan.Source, spec.Data, file, keys, withLabel: true, cancellationToken);
            sorted.Add(samples, keys, file, task.ForValidation);
            bytes += file.Bytes;
        }

        using var content = new MemoryStream();
        var report = sorted.Write(content, number) with { BytesRead = bytes };
        content.Position = 0;
        await store.WriteAsync(JobFiles.Container, run.Data(number), content, WriteCondition.None, cancellationToken);
        await store.WriteAsync(JobFiles.Container, run.DataReport(number), new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(report, Responses.Json)), WriteCondition.None, cancellationToken);
        return report;
    }

    /// <summary>The samples of a file's rows, in their order.</summary>
    internal async Task<Samples> ReadAsync(SampleSource source, DataSpec data, DataFile file, List<string>? keys, bool withLabel, CancellationToken cancellationToken)
    {
        using var folder = TaskFolder.Create();
        var slice = new ParquetSlice(DatasetFolders.Container, file.Path, file.ETag, source.Stored(), file.RowGroups);
        var local = await fetcher.FetchAsync(slice, folder, cancellationToken);
        using var session = DuckDbSession.Open(new DuckDbSessionOptions { TempDirectory = folder.Path }, time);
        session.AddTable(source.ReadSchema(), [source.Local(file, local)]);
        session.Confine();
        var row = data.Where is null ? "Row" : "Row (of those that data.where keeps)";
        var first = data.Where is null ? file.FirstRow : 0;
        var reader = new SampleReader(data, withLabel);
        var samples = await session.RunAsync(source.Sql, rows => reader.Read(rows, i => $"{row} {first + i} of {DatasetFolders.Container}/{file.Path}", keys), cancellationToken);
        await fetcher.EnsureUnchangedAsync(slice, local, cancellationToken);
        return samples;
    }

    /// <summary>Samples on their way to their shards.</summary>
    private sealed class Sorted(TrainingSpec spec, int task)
    {
        private readonly SortedDictionary<string, Samples> _training = new(StringComparer.Ordinal);
        private readonly SortedDictionary<string, Samples> _validation = new(StringComparer.Ordinal);
        private readonly double[] _sums = new double[spec.Data.Features.Count + 1];
        private readonly double[] _squares = new double[spec.Data.Features.Count + 1];
        private long _trained;
        private long _validated;

        public void Add(Samples samples, List<string>? keys, DataFile file, bool forValidation)
        {
            for (var i = 0; i < samples.Count; i++)
            {
                if (forValidation || IsHeldOut(file, i))
                {
                    Shard(_validation, DataIndex.Name((int)((_validated++ + task) % DataIndex.ValidationParts))).Add(samples, i);
                    continue;
                }
                // In turn, so that shards have the same size and the same mixture however the data is sorted. Tasks start at
                // different shards, or the first would be larger by one for each task.
                var shard = keys is null ? DataIndex.Name((int)((_trained + task) % spec.Slices)) : keys[i];
                _trained++;
                Shard(_training, shard).Add(samples, i);
                Count(samples, i);
            }
            if (_training.Count > DataIndex.MostShards)
                throw new TrainingException($"strategy.shardBy has more than {DataIndex.MostShards} values, the most workers that there may be.", "Shard by something coarser, for instance hash(column) % 100.");
        }

        public DataReport Write(Stream content, int number) =>
            new(Write(content, number, _training), Write(content, number, _validation), _trained, _sums, _squares, 0);

        private bool IsHeldOut(DataFile file, int row) => spec.Data.ValidationFraction > 0
            && new SeededRandom(SeededRandom.Mix((ulong)spec.Seed, 0x68656c64, (ulong)task, (ulong)file.RowGroups[0], (ulong)row)).Fraction() < spec.Data.ValidationFraction;

        private void Count(Samples samples, int index)
        {
            for (var f = 0; f < spec.Data.Features.Count; f++)
                Count(f, samples.Numbers[(index * samples.Width) + f]);
            Count(spec.Data.Features.Count, samples.Labels[index]);
        }

        private void Count(int column, double value)
        {
            _sums[column] += value;
            _squares[column] += value * value;
        }

        private Samples Shard(SortedDictionary<string, Samples> shards, string name) =>
            shards.TryGetValue(name, out var found) ? found : shards[name] = SampleReader.Empty(spec.Data);

        private static Dictionary<string, DataPiece> Write(Stream content, int number, SortedDictionary<string, Samples> shards)
        {
            var pieces = new Dictionary<string, DataPiece>(StringComparer.Ordinal);
            foreach (var (name, samples) in shards)
            {
                var bytes = samples.ToBytes();
                pieces[name] = new DataPiece(number, content.Position, bytes.Length, samples.Count, Convert.ToHexStringLower(SHA256.HashData(bytes)));
                content.Write(bytes);
            }
            return pieces;
        }
    }
}
