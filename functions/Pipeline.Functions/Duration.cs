using System.Globalization;

namespace Pipeline;

/// <summary>Lengths of time as people write them: a whole number and one of <c>ms</c>, <c>s</c>, <c>m</c>, <c>h</c>, <c>d</c>.</summary>
public static class Duration
{
    private static readonly (string Unit, TimeSpan Length)[] Units =
    [
        ("d", TimeSpan.FromDays(1)), ("h", TimeSpan.FromHours(1)), ("m", TimeSpan.FromMinutes(1)), ("s", TimeSpan.FromSeconds(1)), ("ms", TimeSpan.FromMilliseconds(1)),
    ];

    /// <summary>Reads a length of time; false for anything else.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        ArgumentNullException.ThrowIfNull(text);
        duration = TimeSpan.Zero;
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        if (digits is < 1 or > 12)
            return false;
        var unit = text[digits..].TrimStart();
        foreach (var (name, length) in Units)
        {
            if (name != unit)
                continue;
            var number = long.Parse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture);
            if (number > TimeSpan.MaxValue.Ticks / length.Ticks)
                return false;
            duration = length * number;
            return true;
        }
        return false;
    }

    /// <summary>Writes a length of time in the largest unit that divides it.</summary>
    public static string Format(TimeSpan duration)
    {
        var (unit, length) = Array.Find(Units, u => duration >= u.Length && duration.Ticks % u.Length.Ticks == 0);
        if (unit is null)
            (unit, length) = Units[^1];
        return string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / length.Ticks}{unit}");
    }
}
