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
    /// <summary>The types that <see cref="Parse"/> reads, for messages.</summary>
    public const string KnownTypes = "BOOLEAN, BIGINT, DOUBLE, DECIMAL(p,s), VARCHAR, TIMESTAMP, DATE";

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

    /// <summary>Reads a column from its name and the SQL name of its type.</summary>
    /// <param name="name">The column's name.</param>
    /// <param name="sqlType">One of <see cref="KnownTypes"/>, in any case; DECIMAL alone is DECIMAL(18,3).</param>
    /// <exception cref="FormatException">There is no such type; the message lists those that there are.</exception>
    public static EventColumnSchema Parse(string name, string sqlType)
    {
        var text = sqlType.Trim().ToUpperInvariant();
        switch (text)
        {
            case "BOOLEAN" or "BOOL": return new(name, EventColumnType.Boolean);
            case "BIGINT" or "INT8" or "LONG": return new(name, EventColumnType.BigInt);
            case "DOUBLE" or "FLOAT8": return new(name, EventColumnType.Double);
            case "VARCHAR" or "TEXT" or "STRING": return new(name, EventColumnType.Varchar);
            case "TIMESTAMP": return new(name, EventColumnType.Timestamp);
            case "DATE": return new(name, EventColumnType.Date);
            case "DECIMAL" or "NUMERIC": return new(name, EventColumnType.Decimal, 18, 3);
        }

        if (text.StartsWith("DECIMAL(", StringComparison.Ordinal) && text.EndsWith(')'))
        {
            var parts = text["DECIMAL(".Length..^1].Split(',', StringSplitOptions.TrimEntries);
            if (parts.Length is 1 or 2
                && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var precision) && precision is >= 1 and <= 38
                && int.TryParse(parts.ElementAtOrDefault(1) ?? "0", NumberStyles.None, CultureInfo.InvariantCulture, out var scale) && scale <= precision)
            {
                return new(name, EventColumnType.Decimal, precision, scale);
            }

            throw new FormatException($"Column {name}: {sqlType} is not a decimal type. Write DECIMAL(p,s) with 1 to 38 digits, s of them after the point.");
        }

        throw new FormatException($"Column {name}: there is no type {sqlType}.{NearestName.Hint(text, ["BOOLEAN", "BIGINT", "DOUBLE", "DECIMAL(18,2)", "VARCHAR", "TIMESTAMP", "DATE"])}");
    }

    /// <summary>The column as a table's.</summary>
    internal ColumnSchema ToColumn() => new(Name, SqlType);
}
