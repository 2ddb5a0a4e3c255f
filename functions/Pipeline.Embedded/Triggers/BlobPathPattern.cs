using System.Text;
using System.Text.RegularExpressions;
using Pipeline.Storage;

namespace Pipeline.Embedded.Triggers;

/// <summary>
/// A blob path with names in braces, such as <c>jobs/inbox/{name}.json</c>: a container, then a pattern of paths in it. A name
/// stands for one or more characters, slashes too; <c>{{</c> and <c>}}</c> stand for braces.
/// </summary>
internal sealed class BlobPathPattern
{
    private readonly Regex _paths;

    private BlobPathPattern(string text, string container, string prefix, IReadOnlyList<string> names, Regex paths)
    {
        Text = text;
        Container = container;
        Prefix = prefix;
        Names = names;
        _paths = paths;
    }

    public string Text { get; }

    public string Container { get; }

    /// <summary>What every matching path starts with.</summary>
    public string Prefix { get; }

    public IReadOnlyList<string> Names { get; }

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="FormatException">It is none; the message says why.</exception>
    public static BlobPathPattern Parse(string text)
    {
        var slash = text.IndexOf('/');
        var container = slash < 0 ? text : text[..slash];
        try
        {
            ObjectName.CheckContainer(container);
        }
        catch (InvalidObjectNameException e)
        {
            throw new FormatException(
                $"The blob path '{text}' does not start with a container: {e.Message} Write container/path, for instance jobs/inbox/{{name}}.", e);
        }

        // Without a path, every object of the container is meant.
        var path = slash < 0 || slash == text.Length - 1 ? "{name}" : text[(slash + 1)..];
        var regex = new StringBuilder("^");
        var literal = new StringBuilder();
        var names = new List<string>();
        string? prefix = null;
        for (var i = 0; i < path.Length; i++)
        {
            var c = path[i];
            if (c is '{' or '}' && i + 1 < path.Length && path[i + 1] == c)
            {
                literal.Append(c);
                i++;
            }
            else if (c == '{')
            {
                var end = path.IndexOf('}', i);
                var name = end < 0 ? "" : path[(i + 1)..end];
                if (name.Length == 0 || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_') || char.IsAsciiDigit(name[0]))
                    throw new FormatException($"The blob path '{text}' has a '{{' that no name and '}}' follow.");
                if (names.Contains(name, StringComparer.OrdinalIgnoreCase))
                    throw new FormatException($"The blob path '{text}' has the name '{name}' twice.");
                prefix ??= literal.ToString();
                regex.Append(Regex.Escape(literal.ToString())).Append($"(?<{name}>.+)");
                literal.Clear();
                names.Add(name);
                i = end;
            }
            else if (c == '}')
            {
                throw new FormatException($"The blob path '{text}' has a '}}' without its '{{'.");
            }
            else
            {
                literal.Append(c);
            }
        }

        regex.Append(Regex.Escape(literal.ToString())).Append('$');
        return new BlobPathPattern(
            text,
            container,
            prefix ?? literal.ToString(),
            names,
            // In time that grows with the path alone: a path that takes long to be refused would hold all others up.
            new Regex(regex.ToString(), RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.NonBacktracking));
    }

    /// <summary>The values of the names in a path; null if the path is not one of the pattern's.</summary>
    public IReadOnlyDictionary<string, string>? Match(string path)
    {
        var match = _paths.Match(path);
        return match.Success
            ? Names.ToDictionary(name => name, name => match.Groups[name].Value, StringComparer.OrdinalIgnoreCase)
            : null;
    }
}
