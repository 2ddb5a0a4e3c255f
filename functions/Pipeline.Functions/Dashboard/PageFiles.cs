using System.Collections.Frozen;
using System.Reflection;

namespace Pipeline.Dashboard;

/// <summary>The files of the page, which the assembly carries.</summary>
internal sealed class PageFiles
{
    private const string Prefix = "dashboard/";

    private readonly FrozenDictionary<string, PageFile> _files;

    public PageFiles()
    {
        var assembly = typeof(PageFiles).Assembly;
        _files = assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToDictionary(name => name[Prefix.Length..].Replace('\\', '/'), name => Read(assembly, name))
            .ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>All paths, for instance <c>script/app.js</c>.</summary>
    public IEnumerable<string> Paths => _files.Keys;

    /// <summary>The file at a path; null where there is none. The empty path is the page itself.</summary>
    public PageFile? Find(string path) => _files.GetValueOrDefault(path.Length == 0 ? "index.html" : path);

    private static PageFile Read(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return new PageFile(name, content);
    }
}
