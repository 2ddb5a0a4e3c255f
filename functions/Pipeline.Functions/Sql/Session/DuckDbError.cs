using System.Text.Json;
using DuckDB.NET.Data;

namespace Pipeline.Sql;

/// <summary>What DuckDB says of a failure when it is told to report errors as JSON.</summary>
/// <param name="Type">For instance <c>Binder</c>, <c>Catalog</c>, <c>Out of Memory</c>.</param>
/// <param name="Message">For people.</param>
/// <param name="Position">The byte in the statement.</param>
internal sealed record DuckDbError(string Type, string Message, ulong? Position)
{
    /// <summary>True when the system refused DuckDB memory (see <see cref="MemoryCeiling"/>), and not DuckDB's own limit. Only the text tells.</summary>
    public bool IsRefusalOfTheSystem => Type == "Out of Memory"
        && (Message.Contains("(bad allocation)", StringComparison.Ordinal) || Message.Contains("Allocation failure", StringComparison.Ordinal));

    public static DuckDbError From(DuckDBException exception) => From(exception.Message, exception.ErrorType.ToString());

    public static DuckDbError From(string text, string otherwise)
    {
        if (text.StartsWith('{'))
        {
            try
            {
                using var document = JsonDocument.Parse(text);
                return From(document.RootElement, "exception_type", "exception_message");
            }
            catch (JsonException)
            {
                // Not JSON after all: fall through to the plain text.
            }
        }

        return new DuckDbError(otherwise, text, null);
    }

    public static DuckDbError From(JsonElement error, string typeProperty, string messageProperty) => new(
        Text(error, typeProperty) ?? "",
        Text(error, messageProperty) ?? error.GetRawText(),
        ulong.TryParse(Text(error, "position"), out var position) ? position : null);

    private static string? Text(JsonElement error, string property) =>
        error.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
