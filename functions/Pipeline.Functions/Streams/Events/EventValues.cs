using System.Buffers.Text;

namespace Pipeline.Streams;

/// <summary>Reads values from text in UTF-8 without making anything.</summary>
internal static class EventValues
{
    private const long MicrosPerSecond = 1_000_000;
    private const long SecondsPerDay = 86_400;

    /// <summary>A time as ISO 8601 writes it: <c>2026-01-31T12:30:00.123456Z</c>, also with a space for the T, without seconds or
    /// zone (then UTC), or a date alone. Digits beyond microseconds are cut off.</summary>
    public static bool TryTimestamp(ReadOnlySpan<byte> text, out long micros)
    {
        micros = 0;
        if (text.Length < 10 || !TryDate(text[..10], out var days))
            return false;
        micros = days * SecondsPerDay * MicrosPerSecond;
        if (text.Length == 10)
            return true;
        if (text.Length < 16 || text[10] is not ((byte)'T' or (byte)'t' or (byte)' ')
            || !TryPair(text, 11, 23, out var hours) || text[13] != ':' || !TryPair(text, 14, 59, out var minutes))
            return false;
        var at = 16;
        var seconds = 0;
        if (at < text.Length && text[at] == ':')
        {
            if (text.Length < 19 || !TryPair(text, 17, 59, out seconds))
                return false;
            at = 19;
        }
        micros += ((hours * 60L + minutes) * 60 + seconds) * MicrosPerSecond;
        return TryFraction(text, ref at, ref micros) && TryZone(text[at..], ref micros);
    }

    /// <summary>A day, <c>2026-01-31</c>, as days since 1970-01-01.</summary>
    public static bool TryDate(ReadOnlySpan<byte> text, out int days)
    {
        days = 0;
        if (text.Length != 10 || text[4] != '-' || text[7] != '-' || !TryPair(text, 0, 99, out var century) || !TryPair(text, 2, 99, out var year)
            || !TryPair(text, 5, 12, out var month) || !TryPair(text, 8, 31, out var day))
            return false;
        year += 100 * century;
        if (year < 1 || month < 1 || day < 1 || day > DateTime.DaysInMonth(year, month))
            return false;
        days = (int)(new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Utc).Ticks / TimeSpan.TicksPerDay - DateTime.UnixEpoch.Ticks / TimeSpan.TicksPerDay);
        return true;
    }

    /// <summary>A decimal number as the column's whole number of its last digits, rounded half away from zero.</summary>
    public static bool TryDecimal(ReadOnlySpan<byte> text, EventColumnSchema column, out Int128 unscaled)
    {
        unscaled = 0;
        if (!Utf8Parser.TryParse(text, out decimal number, out var read, text.IndexOfAny((byte)'e', (byte)'E') >= 0 ? 'E' : 'G') || read != text.Length)
            return false;
        var scale = Math.Min(column.Scale, 28);
        var rounded = Math.Round(number, scale, MidpointRounding.AwayFromZero);
        var whole = decimal.Truncate(rounded);
        var rest = decimal.ToInt64(decimal.Round((rounded - whole) * (decimal)Decimals.PowerOfTen(Math.Min(scale, 18))));
        unscaled = (Int128)whole * Decimals.PowerOfTen(column.Scale) + rest * Decimals.PowerOfTen(column.Scale - Math.Min(scale, 18));
        return Int128.Abs(unscaled) < Decimals.PowerOfTen(column.Precision);
    }

    private static bool TryFraction(ReadOnlySpan<byte> text, ref int at, ref long micros)
    {
        if (at >= text.Length || text[at] is not ((byte)'.' or (byte)','))
            return true;
        var start = ++at;
        var unit = MicrosPerSecond / 10;
        for (; at < text.Length && (uint)(text[at] - '0') <= 9; at++, unit /= 10)
            micros += (text[at] - '0') * unit;
        return at > start;
    }

    private static bool TryZone(ReadOnlySpan<byte> zone, ref long micros)
    {
        if (zone.IsEmpty || (zone.Length == 1 && zone[0] is (byte)'Z' or (byte)'z'))
            return true;
        if (zone[0] is not ((byte)'+' or (byte)'-') || zone.Length is not (3 or 5 or 6) || !TryPair(zone, 1, 23, out var hours))
            return false;
        var minutes = 0;
        if (zone.Length > 3 && (!TryPair(zone, zone.Length - 2, 59, out minutes) || (zone.Length == 6 && zone[3] != ':')))
            return false;
        var offset = (hours * 60L + minutes) * 60 * MicrosPerSecond;
        micros += zone[0] == '-' ? offset : -offset;
        return true;
    }

    private static bool TryPair(ReadOnlySpan<byte> text, int at, int max, out int value)
    {
        uint tens = (uint)(text[at] - '0'), ones = (uint)(text[at + 1] - '0');
        value = (int)(tens * 10 + ones);
        return tens <= 9 && ones <= 9 && value <= max;
    }
}
