using System.Globalization;

namespace Pipeline.Streams;

/// <summary>How long the times are that share a Hive folder.</summary>
internal sealed record DatasetGranularity(string Word, string Column, string Format, string SqlFormat)
{
    public static readonly IReadOnlyList<DatasetGranularity> All =
    [
        new("month", "month", "yyyy-MM", "%Y-%m"),
        new("day", "date", "yyyy-MM-dd", "%Y-%m-%d"),
        new("hour", "hour", "yyyy-MM-ddTHH", "%Y-%m-%dT%H"),
    ];

    /// <summary>The folder of a time in microseconds since 1970, with its slash.</summary>
    public string Folder(long micros) => Folder(Micros.ToTime(micros).ToString(Format, CultureInfo.InvariantCulture));

    /// <summary>The folder of a value as the SQL format gives it.</summary>
    public string Folder(string? value) => $"{Storage.HivePartition.Format(Column, value)}/";
}
