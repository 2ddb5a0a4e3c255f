using Pipeline.Sql;

namespace Pipeline.Jobs;

/// <summary>Where there is no room that trains models.</summary>
internal sealed class NoRowScorers : IRowScorers
{
    /// <inheritdoc/>
    public Task<IRowScorer> OpenAsync(string model, int? version, string name, IReadOnlyList<ColumnSchema> columns, CancellationToken cancellationToken) =>
        throw new SpecException("/model", "This app has no models.");
}
