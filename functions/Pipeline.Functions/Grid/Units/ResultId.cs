using System.Globalization;

namespace Pipeline.Grid.Units;

/// <summary>Names a result: <c>{job}-{run}-{unit}-{ordinal}</c>. The run keeps a job that was started again from taking old results for its own.</summary>
internal readonly record struct ResultId(string JobId, string Run, int Unit, int Ordinal)
{
    private const int MaxLength = 128;

    public static bool TryParse(string text, out ResultId id)
    {
        id = default;
        // Ids of jobs may hold hyphens, the other parts do not.
        if (text is not { Length: > 0 and <= MaxLength } || text.Split('-') is not [.., var run, var unit, var ordinal] parts || parts.Length < 4)
            return false;
        if (!int.TryParse(unit, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || !int.TryParse(ordinal, NumberStyles.None, CultureInfo.InvariantCulture, out var place))
            return false;
        id = new ResultId(string.Join('-', parts[..^3]), run, number, place);
        return id.ToString() == text; // no leading zeros: a result has one name
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{JobId}-{Run}-{Unit}-{Ordinal}");
}
