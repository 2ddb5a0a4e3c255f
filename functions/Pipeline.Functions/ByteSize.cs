using System.Globalization;

namespace Pipeline;

/// <summary>Sizes in bytes as people write them: <c>64MB</c>, <c>1.5 GiB</c>, <c>800</c>. Units are powers of 1024 either way.</summary>
public static class ByteSize
{
    private static readonly string[] Units = ["B", "KB", "MB", "GB", "TB"];

    /// <summary>Reads a size; false if it is none, is negative, or exceeds <see cref="long.MaxValue"/>.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        var trimmed = text.Trim();
        var digits = trimmed.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').Count();
        var unit = trimmed[digits..].Trim().ToUpperInvariant().Replace("IB", "B", StringComparison.Ordinal);
        var power = unit.Length == 0 ? 0 : Array.FindIndex(Units, u => u == unit || (u.Length == 2 && u[..1] == unit));
        if (power < 0 || !decimal.TryParse(trimmed[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            return false;
        if (number > long.MaxValue >> (10 * power))
            return false;
        bytes = (long)(number * (1L << (10 * power)));
        return true;
    }

    /// <summary>Writes a size with three digits or so: <c>13.5 MB</c>.</summary>
    public static string Format(long bytes)
    {
        double value = bytes;
        var unit = 0;
        while (Math.Abs(value) >= 1024 && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }
        return string.Create(CultureInfo.InvariantCulture, $"{value.ToString(unit == 0 || value >= 100 ? "0" : "0.0", CultureInfo.InvariantCulture)} {Units[unit]}");
    }
}
