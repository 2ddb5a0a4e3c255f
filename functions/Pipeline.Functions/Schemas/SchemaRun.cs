namespace Pipeline.Schemas;

/// <summary>One run of the code that reads a spec, over a document of which nothing is there. Where that code could go several ways, the
/// run takes the one that was chosen for it, else the first, and remembers which.</summary>
internal sealed class SchemaRun(SchemaExplorer explorer, IReadOnlyDictionary<string, int> chosen)
{
    /// <summary>How the name of a fork ends where a word of the document decides.</summary>
    public const char ByWord = '=';

    private readonly Dictionary<string, int> _taken = new(StringComparer.Ordinal);

    /// <summary>The ways that were chosen before the run.</summary>
    public IReadOnlyDictionary<string, int> Chosen => chosen;

    /// <summary>The way taken at a fork; null where the run did not come to it.</summary>
    public int? Taken(string fork) => _taken.TryGetValue(fork, out var way) ? way : null;

    /// <summary>Takes one of <paramref name="ways"/> at a fork, and sees to it that other runs take the others.</summary>
    /// <param name="fork">Its place: a JSON pointer and a word.</param>
    /// <param name="ways">How many ways there are.</param>
    public int Take(string fork, int ways)
    {
        if (_taken.TryGetValue(fork, out var before))
            return before;
        var way = chosen.GetValueOrDefault(fork);
        if (!chosen.ContainsKey(fork))
            explorer.Found(this, fork, ways, Context(fork));
        return _taken[fork] = way;
    }

    // A fork is another one where words above it were taken otherwise: what they lead to may differ.
    private string Context(string fork)
    {
        var folder = Folder(fork);
        return string.Join('|', _taken.Where(t => t.Key.EndsWith(ByWord) && folder.StartsWith(Folder(t.Key), StringComparison.Ordinal)).Select(t => $"{t.Key}{t.Value}"));
    }

    private static string Folder(string fork) => fork[..(fork.LastIndexOf('/') + 1)];
}
