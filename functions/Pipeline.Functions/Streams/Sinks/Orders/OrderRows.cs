using System.Globalization;
using System.Text.Json;
using Pipeline.Sql;

namespace Pipeline.Streams;

/// <summary>Reads ticks and orders from the rows of a result, by the names of its columns.</summary>
internal sealed class OrderRows
{
    /// <summary>The columns that a result must have. A row whose <c>side</c> is null is a tick.</summary>
    public static readonly IReadOnlyList<string> Columns = ["id", "symbol", "side", "price", "size", "time"];

    private readonly int[] _at;

    public OrderRows(IReadOnlyList<ColumnSchema> result) =>
        _at = [.. Columns.Select(name => Enumerable.Range(0, result.Count).First(i => result[i].Name.Equals(name, StringComparison.OrdinalIgnoreCase)))];

    /// <summary>Reads a row.</summary>
    /// <param name="row">A JSON array of its values.</param>
    /// <param name="number">Its place among all rows of its partition.</param>
    /// <returns>An order, or the symbol, price and time of a tick; neither where a value is missing or none that could be traded at.</returns>
    public (LimitOrder? Order, (string Symbol, double Price, long Time)? Tick) Read(string row, long number)
    {
        using var document = JsonDocument.Parse(row);
        var values = document.RootElement;
        var (symbol, side) = (Text(values[_at[1]]), Text(values[_at[2]]));
        if (symbol is null || Number(values[_at[3]]) is not { } price || !double.IsFinite(price) || Time(values[_at[5]]) is not { } time) return default;
        if (side is null) return (null, (symbol, price, time));
        var buys = side.Equals("buy", StringComparison.OrdinalIgnoreCase);
        return Text(values[_at[0]]) is { } id && (buys || side.Equals("sell", StringComparison.OrdinalIgnoreCase))
            ? (new LimitOrder(id, symbol, buys, price, (long)(Number(values[_at[4]]) ?? 0), time, number), null)
            : default;
    }

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };

    private static double? Number(JsonElement value) => value.ValueKind == JsonValueKind.Number ? value.GetDouble()
        : double.TryParse(Text(value), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static long? Time(JsonElement value) =>
        DateTime.TryParse(Text(value), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? Micros.Of(time)
            : null;
}
