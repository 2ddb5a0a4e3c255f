using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Sql;

namespace Pipeline.Training;

/// <summary>Asks models about rows that a caller sends.</summary>
public sealed class PredictionService(ModelRuntime runtime, TimeProvider time)
{
    /// <summary>The most rows of one request; more are a scoring job.</summary>
    public const int MostRows = 10_000;

    private const int MostProbabilities = 20;
    private const int MostFaults = 100;
    private const int MostFields = 10_000;

    /// <summary>Asks a model.</summary>
    /// <param name="name">The model.</param>
    /// <param name="version">The version; null for the promoted one, or the newest.</param>
    /// <param name="body">One row, an object with a field for each column that the model needs; or <c>{"rows": [...]}</c>.
    /// Images are base64.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="NotFoundException">There is no such model.</exception>
    /// <exception cref="SpecException">A row lacks a column, or a value is wrong; all such faults at once.</exception>
    public async Task<PredictionAnswer> PredictAsync(string name, int? version, JsonElement body, CancellationToken cancellationToken)
    {
        var model = await runtime.LoadAsync(name, version, cancellationToken);
        var table = Table(model.Document, body);
        var samples = await ReadAsync(model, table, cancellationToken);
        var predictions = ModelRuntime.Predict(model, samples, cancellationToken);
        return new PredictionAnswer(model.Document.Name, model.Document.Version, [.. Enumerable.Range(0, predictions.Count).Select(i => Of(model.Document, predictions, i))]);
    }

    /// <summary>What a model says of a sample.</summary>
    internal static Prediction Of(ModelDocument document, Predictions predictions, int sample)
    {
        if (!document.Classifies())
            return new Prediction(null, null, null, predictions.Values[sample]);
        var (classes, best, shares) = (document.Data.Label.Classes, predictions.ClassOf(sample), predictions.Shares(sample));
        var all = classes.Count <= MostProbabilities ? classes.Zip(shares).ToDictionary(c => c.First, c => Math.Round(c.Second, 6)) : null;
        return new Prediction(classes[best], Math.Round(shares[best], 6), all, null);
    }

    private async Task<Samples> ReadAsync(LoadedModel model, string table, CancellationToken cancellationToken)
    {
        using var session = DuckDbSession.Open(new DuckDbSessionOptions { MemoryLimitBytes = 256L << 20, StatementTimeout = TimeSpan.FromSeconds(30) }, time);
        try
        {
            session.Execute($"CREATE TABLE {SampleSource.Table} AS {table}");
            session.Confine();
            return await session.RunAsync(model.Source.Sql, rows => new SampleReader(model.Document.Data, withLabel: false).Read(rows, i => $"Row {i}", null), cancellationToken);
        }
        catch (SqlExecutionException e)
        {
            throw new SpecException("", $"A value has another type than the model's column: {e.Message}", ProblemTypes.InvalidRequest);
        }
        catch (TrainingException e)
        {
            throw new SpecException("", e.Message, ProblemTypes.InvalidRequest);
        }
    }

    private static string Table(ModelDocument document, JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
            throw new SpecException("", "Send a row, which is a JSON object, or {\"rows\": [...]}.", ProblemTypes.InvalidRequest);
        var many = body.TryGetProperty("rows", out var given) && given.ValueKind == JsonValueKind.Array;
        var rows = many ? given.EnumerateArray().ToList() : [body];
        if (rows.Count is 0 or > MostRows)
            throw new SpecException("/rows", $"There are {rows.Count} rows; 1 to {MostRows} are taken. For more, run a scoring job.", ProblemTypes.InvalidRequest);
        var faults = new List<SpecFault>();
        // Who sends ten thousand wrong rows is told of the first.
        var selects = rows.Select((row, i) => Row(document, row, many ? $"/rows/{i}" : "", faults)).TakeWhile(_ => faults.Count < MostFaults).ToList();
        return faults.Count == 0 ? string.Join(" UNION ALL ", selects) : throw new SpecException([.. faults.Take(MostFaults)], ProblemTypes.InvalidRequest);
    }

    private static string Row(ModelDocument document, JsonElement row, string pointer, List<SpecFault> faults)
    {
        if (row.ValueKind != JsonValueKind.Object)
        {
            faults.Add(new SpecFault(pointer, "A row is a JSON object with a field for each column."));
            return "";
        }
        if (row.GetPropertyCount() > MostFields)
        {
            faults.Add(new SpecFault(pointer, $"The row has {row.GetPropertyCount()} fields; {MostFields} are taken."));
            return "";
        }
        var fields = new Dictionary<string, JsonElement>(StringComparer.OrdinalIgnoreCase);
        foreach (var field in row.EnumerateObject())
            fields.TryAdd(field.Name, field.Value);
        var terms = new List<string>();
        foreach (var column in document.Columns)
        {
            if (faults.Count >= MostFaults)
                break;
            if (!fields.TryGetValue(column.Name, out var value))
                faults.Add(new SpecFault(pointer, $"The row has no '{column.Name}' ({column.Type}).{NearestName.Hint(column.Name, fields.Keys)}"));
            else
                terms.Add($"{Term(column, value, $"{pointer}/{column.Name}", faults)} AS {SqlText.Name(column.Name)}");
        }
        return $"SELECT {string.Join(", ", terms)}";
    }

    private static string Term(ColumnSchema column, JsonElement value, string pointer, List<SpecFault> faults)
    {
        if (value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
        {
            faults.Add(new SpecFault(pointer, $"It must be a single value ({column.Type})."));
            return "NULL";
        }
        if (value.ValueKind == JsonValueKind.Null)
            return $"CAST(NULL AS {column.Type})";
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        if (column.Type != "BLOB")
            return $"CAST({SqlText.Literal(text)} AS {column.Type})";
        if (value.ValueKind == JsonValueKind.String && value.TryGetBytesFromBase64(out var bytes))
            return $"unhex({SqlText.Literal(Convert.ToHexString(bytes))})";
        faults.Add(new SpecFault(pointer, "It must be an image in base64."));
        return "NULL";
    }
}
