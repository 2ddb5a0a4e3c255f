namespace Pipeline.Training;

/// <summary>The names of models, which are folders.</summary>
internal static class ModelName
{
    public const int MaxLength = 64;

    /// <summary>What is wrong with a name; null if nothing is.</summary>
    public static string? Fault(string name) =>
        name.Length is 0 or > MaxLength || !char.IsAsciiLetterOrDigit(name[0]) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? $"A model's name has 1 to {MaxLength} letters, digits, '-' and '_', and starts with a letter or a digit."
            : null;

    /// <summary>A name made of what people call a job.</summary>
    public static string From(string jobName)
    {
        var letters = jobName.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '-').ToArray();
        var name = new string(letters).Trim('-', '_');
        return name.Length == 0 ? "model" : name[..Math.Min(name.Length, MaxLength)];
    }
}
