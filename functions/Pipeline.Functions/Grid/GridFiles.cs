using Pipeline.Grid.Units;

namespace Pipeline.Grid;

/// <summary>Where the grid keeps what.</summary>
internal static class GridFiles
{
    /// <summary>The container of all that volunteers get and send, and of the log.</summary>
    public const string Container = "grid";

    public static string Inputs(string jobId) => $"inputs/{jobId}/";

    public static string Input(string jobId, string unit) => $"{Inputs(jobId)}{unit}";

    public static string Results(string jobId) => $"results/{jobId}/";

    public static string Result(ResultId id) => Result(id.JobId, id.ToString());

    public static string Result(string jobId, string resultId) => $"{Results(jobId)}{resultId}";

    public static string Uploads(string jobId) => $"uploads/{jobId}/";

    public static string Upload(string jobId, string resultId) => $"{Uploads(jobId)}{resultId}/";

    /// <summary>Shared files are named by their content: a client that has one knows it in every job.</summary>
    public static string Shared(string sha256) => $"files/{sha256}";
}
