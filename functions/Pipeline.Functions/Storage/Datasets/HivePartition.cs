using System.Globalization;
using System.Text;

namespace Pipeline.Storage;

/// <summary>Reads Hive-style folders, <c>key=value</c>, which are columns of the files below them, as DuckDB reads them.</summary>
internal static class HivePartition
{
    private const string NullFolder = "__HIVE_DEFAULT_PARTITION__";

    /// <summary>Whether a folder is a partition: one '=' with a key before it.</summary>
    public static bool IsPartition(string folder) => folder.IndexOf('=') is var at and > 0 && at == folder.LastIndexOf('=');

    /// <summary>Splits a partition folder into its key and its value; null is the value of <c>__HIVE_DEFAULT_PARTITION__</c> and of <c>NULL</c>.</summary>
    /// <exception cref="InvalidDataException">The value's escapes are no text.</exception>
    public static (string Key, string? Value) Parse(string folder)
    {
        var at = folder.IndexOf('=');
        var value = folder[(at + 1)..];
        var isNull = value == NullFolder || value.Equals("NULL", StringComparison.OrdinalIgnoreCase);
        return (folder[..at], isNull ? null : Unescape(value));
    }

    /// <summary>Writes a value as the name of a folder, so that <see cref="Parse"/> gives it back.</summary>
    public static string Format(string key, string? value)
    {
        if (value is null) return $"{key}={NullFolder}";
        var name = new StringBuilder(key).Append('=');
        foreach (var b in Encoding.UTF8.GetBytes(value))
        {
            // All that names of objects refuse anywhere, and '.', which they refuse at the end.
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'_') name.Append((char)b);
            else name.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        }

        return name.ToString();
    }

    /// <summary>
    /// The type of a partition column: BIGINT or DATE where all values are such, otherwise VARCHAR. A month such as <c>2001-01</c>
    /// and a number with leading zeros are texts, as in DuckDB.
    /// </summary>
    /// <remarks>DuckDB also takes spellings that nobody writes for numbers and dates (<c>0x10</c>, <c>inf</c>); here they are texts.</remarks>
    public static string TypeOf(IReadOnlyCollection<string?> values)
    {
        var known = values.Where(v => v is not null).ToList();
        return known.Count == 0 ? "VARCHAR"
            : known.TrueForAll(IsDate!) ? "DATE"
            : known.TrueForAll(IsWholeNumber!) ? "BIGINT"
            : "VARCHAR";
    }

    private static bool IsDate(string value) =>
        value.Length is >= 8 and <= 10 && value[4] == '-' && DateOnly.TryParseExact(value, "yyyy-M-d", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    private static bool IsWholeNumber(string value) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
        && value[0] != '+' && (value[0] != '0' || value.Length == 1);

    private static string Unescape(string value)
    {
        if (!value.Contains('%')) return value;
        var bytes = new List<byte>(value.Length);
        Span<byte> encoded = stackalloc byte[4];
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '%' && i + 2 < value.Length && char.IsAsciiHexDigit(value[i + 1]) && char.IsAsciiHexDigit(value[i + 2]))
            {
                bytes.Add(Convert.FromHexString(value.AsSpan(i + 1, 2))[0]);
                i += 2;
            }
            else
            {
                var rune = Rune.GetRuneAt(value, i);
                bytes.AddRange(encoded[..rune.EncodeToUtf8(encoded)]);
                i += rune.Utf16SequenceLength - 1;
            }
        }

        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString([.. bytes]);
            return text.Contains('\0') ? throw new InvalidDataException("it escapes a NUL character") : text;
        }
        catch (DecoderFallbackException)
        {
            throw new InvalidDataException("its escapes are not UTF-8");
        }
    }
}
