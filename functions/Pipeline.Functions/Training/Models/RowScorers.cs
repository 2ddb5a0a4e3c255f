using Pipeline.Jobs;
using Pipeline.Sql;
using Pipeline.Storage;

namespace Pipeline.Training;

/// <summary>Lends models to other rooms.</summary>
internal sealed class RowScorers(ModelRuntime runtime, TimeProvider time) : IRowScorers
{
    private static readonly string[] s_times = ["DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE"];

    private static readonly string[] s_numbers =
        ["BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL"];

    /// <inheritdoc/>
    public async Task<IRowScorer> OpenAsync(string model, int? version, string name, IReadOnlyList<ColumnSchema> columns, CancellationToken cancellationToken)
    {
        var loaded = await LoadAsync(model, version, cancellationToken);
        var document = loaded.Document;
        var faults = document.Columns.Select(needed => FaultOf(needed, document, columns)).OfType<string>().Select(fault => new SpecFault("", fault)).ToList();
        if (SaidTable.Columns(document, name).FirstOrDefault(m => columns.Any(c => Same(c.Name, m.Name))) is { } clash)
            faults.Add(new SpecFault("/as", $"The query's result has a column '{clash.Name}' already. Choose another name."));
        return faults.Count == 0 ? new RowScorer(loaded, name, columns, time) : throw new SpecException(faults);
    }

    private async Task<LoadedModel> LoadAsync(string model, int? version, CancellationToken cancellationToken)
    {
        try
        {
            return await runtime.LoadAsync(model, version, cancellationToken);
        }
        catch (NotFoundException e)
        {
            throw new SpecException(version is null ? "/model" : "/version", e.Message);
        }
        catch (TrainingException e)
        {
            throw new SpecException("/model", $"{e.Message} {e.Advice}");
        }
        catch (Exception e) when (e is TorchUnavailableException || (e is StorageException && e is not StorageFullException))
        {
            throw new SpecException("/model", e.Message);
        }
    }

    // The model gets every value in the type that it has learnt from.
    private static string? FaultOf(ColumnSchema needed, ModelDocument document, IReadOnlyList<ColumnSchema> columns)
    {
        if (columns.FirstOrDefault(c => Same(c.Name, needed.Name)) is not { } found)
            return $"The model '{document.Name}' needs a column '{needed.Name}' ({needed.Type}), which the query does not give.{NearestName.Hint(needed.Name, columns.Select(c => c.Name))}";
        return found.Type == needed.Type || (IsOf(s_numbers, found.Type) && IsOf(s_numbers, needed.Type)) || (IsOf(s_times, found.Type) && IsOf(s_times, needed.Type))
            ? null
            : $"The model '{document.Name}' needs the column '{found.Name}' as {needed.Type}; the query gives {found.Type}. Cast it in the query.";
    }

    private static bool IsOf(string[] types, string type) => types.Contains(type.Split('(')[0], StringComparer.Ordinal);

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
