using System.Globalization;
using Pipeline.Sql;

namespace Pipeline.Streams;

/// <summary>A column of a stream's events.</summary>
/// <param name="Name">The name that queries use; compared without regard to case.</param>
/// <param name="Type">The type.</param>
/// <param name="Precision">For <see cref="EventColumnType.Decimal"/>: the digits in all, 1 to 38.</param>
/// <param name="Scale">For <see cref="EventColumnType.Decimal"/>: the digits after the point, 0 to <paramref name="Precision"/>.</param>
public sealed record EventColumnSchema(string Name, EventColumnType Type, int Precision = 0, int Scale = 0)
{
    /// <summary>The type as DuckDB prints it.</summary>
    public string SqlType => Type switch
    {
        EventColumnType.Boolean => "BOOLEAN",
        EventColumnType.BigInt => "BIGINT",
        EventColumnType.Double => "DOUBLE",
        EventColumnType.Decimal => string.Create(CultureInfo.InvariantCulture, $"DECIMAL({Precision},{Scale})"),
        EventColumnType.Varchar => "VARCHAR",
        EventColumnType.Timestamp => "TIMESTAMP",
        EventColumnType.Date => "DATE",
        _ => throw new InvalidOperationException($"There is no event column type {Type}."),
    };

    /// <summary>How many bytes a value takes in memory; 0 for text, whose length differs.</summary>
    internal int Width => Type switch
    {
        EventColumnType.Boolean => 1,
        EventColumnType.Date => 4,
        EventColumnType.Varchar => 0,
        EventColumnType.Decimal => Precision switch { <= 4 => 2, <= 9 => 4, <= 18 => 8, _ => 16 },
        _ => 8,
    };

    /// <summary>Makes a column of a type as a spec writes it: in any case, DECIMAL with up to 18 digits and by itself as DECIMAL(18,3); null for other types.</summary>
    internal static EventColumnSchema? Read(string name, string type)
    {
        var text = type.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        return text switch
        {
            "BOOLEAN" => new(name, EventColumnType.Boolean),
            "BIGINT" => new(name, EventColumnType.BigInt),
            "DOUBLE" => new(name, EventColumnType.Double),
            "VARCHAR" => new(name, EventColumnType.Varchar),
            "TIMESTAMP" => new(name, EventColumnType.Timestamp),
            "DATE" => new(name, EventColumnType.Date),
            "DECIMAL" => new(name, EventColumnType.Decimal, 18, 3),
            _ when text.StartsWith("DECIMAL(", StringComparison.Ordinal) && text[^1] == ')' && text["DECIMAL(".Length..^1].Split(',') is [var all, var behind]
                && int.TryParse(all, NumberStyles.None, CultureInfo.InvariantCulture, out var precision) && precision is >= 1 and <= 18
                && int.TryParse(behind, NumberStyles.None, CultureInfo.InvariantCulture, out var scale) && scale <= precision => new(name, EventColumnType.Decimal, precision, scale),
            _ => null,
        };
    }

    /// <summary>The column as a table's.</summary>
    internal ColumnSchema ToColumn() => new(Name, SqlType);
}
