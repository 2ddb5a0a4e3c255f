namespace Pipeline.Jobs;

/// <summary>Tells who goes on with a model for longer than a job does, and would stop if it were deleted.</summary>
public interface IModelUsers
{
    /// <summary>Who uses a model, as messages call it: <c>stream 'vwap'</c>.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="version">Its version; null for any.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<string>> FindAsync(string model, int? version, CancellationToken cancellationToken);
}
