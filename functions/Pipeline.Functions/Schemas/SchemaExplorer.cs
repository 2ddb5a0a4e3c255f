using System.Text.Json.Nodes;

namespace Pipeline.Schemas;

/// <summary>Finds out what a piece of reading code accepts by running it once for each way that it can go, and makes a JSON Schema of what
/// it asked for. So there is one source for both: the schema cannot tell what the check does not do.</summary>
internal sealed class SchemaExplorer
{
    // Far more than any spec has; it ends code that would find new forks for ever.
    private const int MostRuns = 20_000;

    private readonly Queue<IReadOnlyDictionary<string, int>> _open = new();
    private readonly HashSet<string> _found = new(StringComparer.Ordinal);

    private SchemaExplorer()
    {
    }

    /// <summary>Makes the schema of what <paramref name="read"/> reads.</summary>
    /// <param name="read">Reads an object by a reader that stands on the outline.</param>
    /// <returns>The schema of the object, with its <c>$defs</c>.</returns>
    public static async Task<JsonObject> DescribeAsync(Func<ObjectOutline, Task> read)
    {
        var explorer = new SchemaExplorer();
        var outlines = new List<ObjectOutline>();
        explorer._open.Enqueue(new Dictionary<string, int>());
        while (explorer._open.TryDequeue(out var chosen) && outlines.Count < MostRuns)
        {
            var outline = new ObjectOutline(new SchemaRun(explorer, chosen), "");
            await read(outline);
            outlines.Add(outline);
        }
        return new SchemaWriter().Document(outlines);
    }

    /// <summary>A run came to a fork: the other ways are taken by other runs, once for each context.</summary>
    public void Found(SchemaRun run, string fork, int ways, string context)
    {
        if (!_found.Add($"{fork}?{context}"))
            return;
        for (var way = 1; way < ways; way++)
            _open.Enqueue(new Dictionary<string, int>(run.Chosen, StringComparer.Ordinal) { [fork] = way });
    }
}
