namespace Pipeline.Storage;

/// <summary>What somebody wants to do with data: which data is read, and where what is made of it goes.</summary>
/// <param name="By">Who, for logs: <c>job 20260131-…</c>, <c>stream vwap</c>.</param>
/// <param name="Inputs">What is read, each as container and name: <c>datasets/flights</c>.</param>
/// <param name="Outputs">What is written, in the same form.</param>
public sealed record DataUse(string By, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs)
{
    /// <summary>Ways by which rows leave the app's own store, as errors call them: a webhook, another event hub.</summary>
    public IReadOnlyList<string> LeavesBy { get; init; } = [];

    /// <summary>A dataset, as inputs and outputs write it.</summary>
    public static string Dataset(string name) => $"{DatasetFolders.Container}/{name}";

    /// <summary>A job's result, as inputs and outputs write it.</summary>
    public static string Result(string jobId) => $"results/{jobId}";

    /// <summary>A model, as inputs and outputs write it.</summary>
    public static string Model(string name) => $"models/{name}";
}
