using Parquet;
using Parquet.Schema;
using Pipeline.Grid.Applications;
using Pipeline.Jobs;

namespace Pipeline.Grid.Assimilation;

/// <summary>A Parquet file of results: the unit that a row is of, and the application's own columns.</summary>
internal sealed class ResultFile : IAsyncDisposable
{
    private readonly ParquetWriter _writer;
    private readonly IReadOnlyList<ResultField> _fields;
    private readonly DataField[] _columns;
    private readonly List<string> _units = [];
    private readonly List<object?[]> _rows = [];

    private ResultFile(ParquetWriter writer, IReadOnlyList<ResultField> fields, DataField[] columns) => (_writer, _fields, _columns) = (writer, fields, columns);

    /// <summary>Rows that are not written yet.</summary>
    public int Waiting => _rows.Count;

    public IReadOnlyList<ResultColumn> Columns => [new(_columns[0].Name, "VARCHAR"), .. _fields.Select((f, i) => new ResultColumn(_columns[i + 1].Name, SqlType(f.Type)))];

    public static async Task<ResultFile> CreateAsync(Stream content, IReadOnlyList<ResultField> fields, CancellationToken cancellationToken)
    {
        var unit = fields.Any(f => string.Equals(f.Name, "unit", StringComparison.OrdinalIgnoreCase)) ? "work_unit" : "unit";
        DataField[] columns = [new DataField<string>(unit), .. fields.Select(Column)];
        return new ResultFile(await ParquetWriter.CreateAsync(new ParquetSchema(columns), content, cancellationToken: cancellationToken), fields, columns);
    }

    public void Add(string unit, IReadOnlyList<object?[]> rows)
    {
        foreach (var row in rows)
        {
            if (row.Length != _fields.Count)
                throw new InvalidDataException($"A row of unit '{unit}' has {row.Length} values; there are {_fields.Count} columns.");
            _units.Add(unit);
            _rows.Add(row);
        }
    }

    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        using var group = _writer.CreateRowGroup();
        await group.WriteAsync(_columns[0], _units);
        for (var i = 0; i < _fields.Count; i++)
        {
            var (column, place) = (_columns[i + 1], i);
            if (_fields[i].Type == typeof(string))
                await group.WriteAsync(column, _rows.Select(r => (string)r[place]!).ToList());
            else if (_fields[i].Type == typeof(long))
                await group.WriteAsync<long>(column, Values<long>(place), cancellationToken: cancellationToken);
            else if (_fields[i].Type == typeof(double))
                await group.WriteAsync<double>(column, Values<double>(place), cancellationToken: cancellationToken);
            else
                await group.WriteAsync<bool>(column, Values<bool>(place), cancellationToken: cancellationToken);
        }
        group.CompleteValidate();
        _units.Clear();
        _rows.Clear();
    }

    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    private ReadOnlyMemory<T?> Values<T>(int place)
        where T : struct => _rows.Select(r => (T?)r[place]).ToArray();

    private static DataField Column(ResultField field) =>
        field.Type == typeof(string) ? new DataField<string>(field.Name)
        : field.Type == typeof(long) ? new DataField<long?>(field.Name)
        : field.Type == typeof(double) ? new DataField<double?>(field.Name)
        : field.Type == typeof(bool) ? new DataField<bool?>(field.Name)
        : throw new InvalidDataException($"Column '{field.Name}' has the type {field.Type.Name}; results have texts, whole numbers, numbers and truth values.");

    private static string SqlType(Type type) => type == typeof(string) ? "VARCHAR" : type == typeof(long) ? "BIGINT" : type == typeof(double) ? "DOUBLE" : "BOOLEAN";
}
