namespace Pipeline.Access;

/// <summary>Stands for an exception whose text holds a secret.</summary>
internal sealed class ScrubbedException(string text) : Exception(text.Split('\n')[0].TrimEnd())
{
    public override string? StackTrace => null;

    public override string ToString() => text;
}
