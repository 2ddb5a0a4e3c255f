using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>DuckDB's own parser as a front end: text to tree and back.</summary>
internal sealed class SqlParser(DuckDbSession session)
{
    /// <summary>The longest query, in bytes of UTF-8.</summary>
    public const int MaxBytes = 128 * 1024;

    /// <summary>The deepest tree, in levels of JSON: about two a level of SQL.</summary>
    public const int MaxDepth = 800;

    private static readonly JsonDocumentOptions ReadOptions = new() { MaxDepth = MaxDepth };
    private static readonly JsonSerializerOptions WriteOptions = new() { MaxDepth = 2 * MaxDepth, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Dictionary<string, JsonObject> _templates = [];

    /// <summary>The tree of one SELECT.</summary>
    /// <exception cref="SqlException">Not one SELECT, not SQL, or too much of it.</exception>
    public async Task<JsonObject> ParseAsync(string sql, CancellationToken cancellationToken)
    {
        if (Encoding.UTF8.GetByteCount(sql) is var bytes && bytes > MaxBytes)
        {
            throw new SqlException(SqlErrorKind.TooLarge, $"The query is {bytes:N0} bytes long; at most {MaxBytes:N0} are allowed. Put long lists of values into a table.");
        }

        if (sql.Contains('\0', StringComparison.Ordinal))
        {
            throw new SqlException(SqlErrorKind.Syntax, "The query holds a NUL character.");
        }

        string json;
        try
        {
            json = await session.RunAsync($"SELECT json_serialize_sql({SqlText.Literal(sql)})", reader => reader.Read() ? reader.GetString(0) : "", cancellationToken);
        }
        catch (Exception e) when (e is SqlExecutionException or SqlException)
        {
            throw new SqlException(SqlErrorKind.Syntax, $"DuckDB cannot parse the query: {e.Message}");
        }

        JsonObject result;
        try
        {
            result = JsonNode.Parse(json, null, ReadOptions)!.AsObject();
        }
        catch (JsonException)
        {
            throw new SqlException(SqlErrorKind.TooLarge, "The query is nested too deeply. Use fewer levels of parentheses, operators or subqueries, or move parts into tables.");
        }

        if (result["error"]!.GetValue<bool>())
        {
            throw Fault(sql, result);
        }

        var statements = result["statements"]!.AsArray();
        return statements.Count switch
        {
            0 => throw new SqlException(SqlErrorKind.Syntax, "The query is empty. Write one SELECT."),
            1 when statements[0]!["named_param_map"] is JsonArray { Count: > 0 } =>
                throw new SqlException(SqlErrorKind.Forbidden, "The query has parameters ($1, ?, $name), but nothing gives them values. Write the values themselves."),
            1 => Detach(statements[0]!["node"]!.AsObject()),
            var n => throw new SqlException(SqlErrorKind.Forbidden, $"The query has {n} statements. Write one SELECT."),
        };
    }

    /// <summary>The tree of SQL of our own, which is parsed only once.</summary>
    public async Task<JsonObject> TemplateAsync(string sql, CancellationToken cancellationToken)
    {
        if (!_templates.TryGetValue(sql, out var template))
        {
            _templates[sql] = template = await ParseAsync(sql, cancellationToken);
        }

        return template.Copy();
    }

    /// <summary>The text of a tree.</summary>
    public async Task<string> PrintAsync(JsonObject node, CancellationToken cancellationToken) => (await PrintAsync([node], cancellationToken))[0];

    /// <summary>The texts of several trees.</summary>
    public Task<IReadOnlyList<string>> PrintAsync(IReadOnlyCollection<JsonObject> nodes, CancellationToken cancellationToken)
    {
        var calls = nodes.Select(node => $"json_deserialize_sql({SqlText.Literal($"{{\"error\":false,\"statements\":[{{\"node\":{node.ToJsonString(WriteOptions)},\"named_param_map\":[]}}]}}")})");
        return session.RunAsync<IReadOnlyList<string>>(
            $"SELECT {string.Join(", ", calls)}", reader => reader.Read() ? [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)] : [], cancellationToken);
    }

    /// <summary>The texts of expressions, without their aliases.</summary>
    public async Task<IReadOnlyList<string>> PrintExpressionsAsync(IReadOnlyCollection<JsonObject> expressions, CancellationToken cancellationToken)
    {
        if (expressions.Count == 0)
        {
            return [];
        }

        var template = await TemplateAsync("SELECT 1", cancellationToken);
        var texts = await PrintAsync([.. expressions.Select(e =>
        {
            var select = template.Copy();
            select["select_list"] = new JsonArray(e.Copy().WithAlias(""));
            return select;
        })], cancellationToken);
        return [.. texts.Select(t => t["SELECT ".Length..])];
    }

    private static JsonObject Detach(JsonObject node)
    {
        node.Parent!.AsObject().Remove("node");
        return node;
    }

    private static SqlException Fault(string sql, JsonObject result)
    {
        using var document = JsonDocument.Parse(result.ToJsonString());
        var error = DuckDbError.From(document.RootElement, "error_type", "error_message");
        var position = error.Position is { } offset ? SqlPosition.FromByteOffset(sql, offset) : null;
        return error.Type switch
        {
            "not implemented" => new SqlException(SqlErrorKind.Forbidden,
                "Only a SELECT is allowed: no statement that writes, attaches, copies, loads, sets or explains. (PIVOT needs its values listed: PIVOT … ON column IN (…).)"),
            "serialization" => new SqlException(SqlErrorKind.Forbidden, $"The query uses a type that cannot be checked: {error.Message}"),
            _ when error.Message.Contains("depth", StringComparison.OrdinalIgnoreCase) || error.Message.Contains("stack", StringComparison.OrdinalIgnoreCase) =>
                new SqlException(SqlErrorKind.TooLarge, $"The query is nested too deeply: {error.Message}", position),
            _ => new SqlException(SqlErrorKind.Syntax, $"Not valid SQL: {error.Message}", position),
        };
    }
}
