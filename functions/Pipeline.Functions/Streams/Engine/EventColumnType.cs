namespace Pipeline.Streams;

/// <summary>The type of a column of events.</summary>
public enum EventColumnType
{
    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A whole number of 64 bits.</summary>
    BigInt,

    /// <summary>A floating-point number of 64 bits.</summary>
    Double,

    /// <summary>An exact number with a fixed number of digits after the point.</summary>
    Decimal,

    /// <summary>Text in UTF-8.</summary>
    Varchar,

    /// <summary>A point in time, in microseconds since 1970-01-01 UTC.</summary>
    Timestamp,

    /// <summary>A day, in days since 1970-01-01.</summary>
    Date,
}
