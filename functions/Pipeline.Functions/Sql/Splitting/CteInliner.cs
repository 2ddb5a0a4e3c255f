using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>
/// Takes the CTEs out of a query: one that is read once, or that only filters and projects, becomes a subquery where it is
/// read; the others get names that are unique in the whole query, so that any step can carry those that it needs.
/// </summary>
internal sealed class CteInliner
{
    /// <summary>Inlining may not make a query grow beyond this many objects.</summary>
    private const int MaxObjects = 50_000;

    private readonly List<Cte> _ctes = [];

    /// <summary>Changes the query and gives what remains of its CTEs, each after those that it reads.</summary>
    public static IReadOnlyList<Cte> Run(JsonObject query)
    {
        var inliner = new CteInliner();
        inliner.Rename(query, new Dictionary<string, string>());
        return inliner.Inline(query);
    }

    private void Rename(JsonNode? node, IReadOnlyDictionary<string, string> names)
    {
        if (node is JsonArray list)
        {
            foreach (var item in list)
            {
                Rename(item, names);
            }

            return;
        }

        if (node is not JsonObject current)
        {
            return;
        }

        if (current.IsQuery() && current.Object("cte_map") is { } map)
        {
            names = TakeOut(map, names);
        }

        if (current.Type() == "BASE_TABLE" && names.TryGetValue(current.Text("table_name"), out var unique))
        {
            if (current.Text("alias").Length == 0)
            {
                current["alias"] = current.Text("table_name");
            }

            current["table_name"] = unique;
            return;
        }

        foreach (var (_, value) in current.ToList())
        {
            Rename(value, names);
        }
    }

    private Dictionary<string, string> TakeOut(JsonObject map, IReadOnlyDictionary<string, string> outer)
    {
        var names = new Dictionary<string, string>(outer, StringComparer.OrdinalIgnoreCase);
        foreach (var entry in map.Objects("map").ToList())
        {
            var name = entry.Text("key");
            var unique = $"{SplitNames.Prefix}cte{_ctes.Count}";
            var definition = entry.Object("value")!;
            var body = definition.Object("query")!.Object("node")!;
            var isRecursive = body.Type() == "RECURSIVE_CTE_NODE";
            var cte = new Cte(unique, name, definition, isRecursive);
            _ctes.Add(cte);
            if (isRecursive)
            {
                body["cte_name"] = unique;
                names[name] = unique;
            }

            Rename(body, new Dictionary<string, string>(names, StringComparer.OrdinalIgnoreCase));
            names[name] = unique;
        }

        map["map"] = new JsonArray();
        return names;
    }

    private List<Cte> Inline(JsonObject query)
    {
        // A CTE within another one's body was met after it, but is read by it.
        var ordered = InOrderOfUse();
        var remaining = new List<Cte>();
        for (var i = ordered.Count - 1; i >= 0; i--)
        {
            var cte = ordered[i];
            var places = ordered.Take(i).Concat(remaining).Where(c => c != cte).Select(c => c.Body).Append(query)
                .SelectMany(Tree.Everything).Where(n => Reads(n, cte)).ToList();
            if (places.Count == 0)
            {
                continue;
            }

            if (cte.IsRecursive || (places.Count > 1 && !RowWise.Is(cte.Body)))
            {
                remaining.Insert(0, cte);
                continue;
            }

            foreach (var place in places)
            {
                place.Become(Subquery(place, cte));
            }

            if (query.Everything().Take(MaxObjects + 1).Count() > MaxObjects)
            {
                throw new CannotSplitException("its CTEs read each other too often");
            }
        }

        return remaining;
    }

    private List<Cte> InOrderOfUse()
    {
        var ordered = new List<Cte>();
        foreach (var cte in _ctes)
        {
            Visit(cte);
        }

        return ordered;

        void Visit(Cte cte)
        {
            if (ordered.Contains(cte))
            {
                return;
            }

            foreach (var read in _ctes.Where(c => c != cte && cte.Body.Everything().Any(n => Reads(n, c))))
            {
                Visit(read);
            }

            ordered.Add(cte);
        }
    }

    private static bool Reads(JsonObject node, Cte cte) => node.Type() == "BASE_TABLE" && node.Text("table_name") == cte.Name;

    private static JsonObject Subquery(JsonObject place, Cte cte)
    {
        var aliases = place.Texts("column_name_alias");
        var own = cte.Definition.Texts("aliases");
        return new JsonObject
        {
            ["type"] = "SUBQUERY",
            ["alias"] = place.Text("alias"),
            ["sample"] = place["sample"]?.DeepClone(),
            ["subquery"] = new JsonObject { ["node"] = cte.Body.DeepClone(), ["named_param_map"] = new JsonArray() },
            ["column_name_alias"] = new JsonArray([.. aliases.Concat(own.Skip(aliases.Count)).Select(a => (JsonNode)a)]),
        };
    }
}
