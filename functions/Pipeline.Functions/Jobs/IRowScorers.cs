using Pipeline.Sql;

namespace Pipeline.Jobs;

/// <summary>Finds models for rows that belong to no job: those of streams.</summary>
public interface IRowScorers
{
    /// <summary>Loads a model for rows of one kind.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="version">Its version; null for the promoted one, or the newest.</param>
    /// <param name="name">What the column of its predictions is called.</param>
    /// <param name="columns">The columns of the rows.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SpecException">There is no such model, or it needs other columns. Pointers are <c>/model</c>, <c>/version</c>, <c>/as</c>,
    /// and empty for rows that do not fit.</exception>
    Task<IRowScorer> OpenAsync(string model, int? version, string name, IReadOnlyList<ColumnSchema> columns, CancellationToken cancellationToken);
}
