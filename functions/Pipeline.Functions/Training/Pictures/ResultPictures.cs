namespace Pipeline.Training;

/// <summary>Draws what a training came to.</summary>
#pragma warning disable CA1822
public sealed class ResultPictures
{
    /// <summary>The pictures, each a PNG with its file's name.</summary>
    internal Task<IReadOnlyList<(string Name, byte[] Png)>> DrawAsync(TrainingJob job, IReadOnlyList<EpochReport> reports, Predictions predictions, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<(string, byte[])>>([]);
}
