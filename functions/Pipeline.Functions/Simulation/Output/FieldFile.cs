using Parquet;
using Parquet.Schema;
using Pipeline.Simulation.Ranks;

namespace Pipeline.Simulation.Output;

/// <summary>The fields of one output as a Parquet file: a row a cell, with step, time and place, and a column a field.</summary>
internal static class FieldFile
{
    public static async Task<Stream> WriteAsync(Snapshot snapshot, long step, ProgramPlan plan, CancellationToken cancellationToken)
    {
        var names = snapshot.Parts.Select(p => p.Name).Distinct(StringComparer.Ordinal).ToArray();
        var arrays = names.Select(n => snapshot.Assemble<double>(n)!.Value).ToArray();
        if (Array.Exists(arrays, a => a.Whole != arrays[0].Whole))
            throw new SimulationException("The fields of an output must all have the same rows and columns.");
        var (rows, columns) = arrays.Length == 0 ? (0, 0) : (arrays[0].Whole.Rows, arrays[0].Whole.Columns);
        var (stepField, timeField) = (new DataField<long>("step"), new DataField<double>("time"));
        var (rowField, columnField) = (new DataField<double>(plan.Rows?.Name ?? "row"), new DataField<double>(plan.Columns?.Name ?? "column"));
        var fields = names.Select(n => new DataField<double>(n)).ToArray();
        var stream = new MemoryStream();
        await using (var writer = await ParquetWriter.CreateAsync(new ParquetSchema([stepField, timeField, rowField, columnField, .. fields]), stream, cancellationToken: cancellationToken))
        {
            using var group = writer.CreateRowGroup();
            var count = rows * columns;
            var steps = new long[count];
            System.Array.Fill(steps, step);
            var values = new double[count];
            await group.WriteAsync<long>(stepField, steps, cancellationToken: cancellationToken);
            System.Array.Fill(values, snapshot.Time);
            await group.WriteAsync<double>(timeField, values, cancellationToken: cancellationToken);
            for (var i = 0; i < count; i++)
                values[i] = At(plan.Rows, i / columns);
            await group.WriteAsync<double>(rowField, values, cancellationToken: cancellationToken);
            for (var i = 0; i < count; i++)
                values[i] = At(plan.Columns, i % columns);
            await group.WriteAsync<double>(columnField, values, cancellationToken: cancellationToken);
            for (var i = 0; i < fields.Length; i++)
                await group.WriteAsync<double>(fields[i], arrays[i].Data, cancellationToken: cancellationToken);
            group.CompleteValidate();
        }
        stream.Position = 0;
        return stream;
    }

    private static double At(FieldAxis? axis, int index) => axis is null ? index : axis.First + index * axis.Spacing;
}
