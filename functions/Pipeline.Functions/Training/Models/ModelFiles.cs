using System.Globalization;

namespace Pipeline.Training;

/// <summary>Where models are: <c>models/{name}/{version}/</c>.</summary>
internal static class ModelFiles
{
    public const string Container = "models";

    public const string Document = "model.json";
    public const string Weights = "model.safetensors";
    public const string Metrics = "metrics.json";
    public const string Lineage = "lineage.json";
    public const string Card = "README.md";

    public static string Folder(string name, int version) => string.Create(CultureInfo.InvariantCulture, $"{name}/{version}/");

    /// <summary>Names the version that is used where none is asked for.</summary>
    public static string Promoted(string name) => $"{name}/promoted.json";
}
