using Pipeline.Sql;

namespace Pipeline.Jobs;

/// <summary>A model in memory, ready for rows of one kind. Safe for use by several threads.</summary>
public interface IRowScorer : IDisposable
{
    /// <summary>Its version.</summary>
    int Version { get; }

    /// <summary>Tells this version from another that was given the same number after it was deleted.</summary>
    string Fingerprint { get; }

    /// <summary>The columns that it adds behind those of the rows.</summary>
    IReadOnlyList<ColumnSchema> Columns { get; }

    /// <summary>Writes rows with what the model says of them. Of a row that it cannot take, because a value is missing or out of range, it
    /// says null.</summary>
    /// <param name="file">The rows: a Parquet file with the result's stored names.</param>
    /// <param name="target">The file to write: the same rows in the same order.</param>
    /// <param name="cancellationToken">Interrupts the work.</param>
    Task ScoreAsync(string file, string target, CancellationToken cancellationToken);
}
