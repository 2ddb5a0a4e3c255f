using System.Net.Http.Headers;

namespace Pipeline.Grid.Uploads;

/// <summary>Which bytes of a file a request holds, as its header <c>Content-Range</c> says.</summary>
/// <param name="Offset">The place of the first.</param>
/// <param name="Length">How many, at least 1.</param>
/// <param name="Total">How many the file has.</param>
internal readonly record struct UploadRange(long Offset, long Length, long Total)
{
    /// <summary>Whether the file ends with it.</summary>
    public bool IsLast => Offset + Length == Total;

    /// <summary>Reads the header; null where it is none of the form <c>bytes FIRST-LAST/TOTAL</c>.</summary>
    public static UploadRange? Parse(string? header) =>
        header is { Length: <= 100 } && ContentRangeHeaderValue.TryParse(header, out var range) && range is { Unit: "bytes", From: { } from, To: { } to, Length: { } total } && to < total
            ? new UploadRange(from, to - from + 1, total)
            : null;
}
