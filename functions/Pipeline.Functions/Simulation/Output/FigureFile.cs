using Parquet;
using Parquet.Schema;

namespace Pipeline.Simulation.Output;

/// <summary>The figures of all outputs as a Parquet file.</summary>
internal static class FigureFile
{
    public static async Task<Stream> WriteAsync(IReadOnlyList<FigureRow> rows, CancellationToken cancellationToken)
    {
        var names = rows.Count == 0 ? [] : rows[0].Names;
        var (step, time) = (new DataField<long>("step"), new DataField<double>("time"));
        var fields = names.Select(n => new DataField<double>(n)).ToArray();
        var stream = new MemoryStream();
        await using (var writer = await ParquetWriter.CreateAsync(new ParquetSchema([step, time, .. fields]), stream, cancellationToken: cancellationToken))
        {
            using var group = writer.CreateRowGroup();
            await group.WriteAsync<long>(step, rows.Select(r => r.Step).ToArray(), cancellationToken: cancellationToken);
            await group.WriteAsync<double>(time, rows.Select(r => r.Time).ToArray(), cancellationToken: cancellationToken);
            for (var i = 0; i < fields.Length; i++)
                await group.WriteAsync<double>(fields[i], rows.Select(r => r.Values[i]).ToArray(), cancellationToken: cancellationToken);
            group.CompleteValidate();
        }
        stream.Position = 0;
        return stream;
    }
}
