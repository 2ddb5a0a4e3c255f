using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.EndToEnd.Documentation;

/// <summary>One command of a block of shell.</summary>
/// <param name="File">The Markdown file.</param>
/// <param name="Line">Its line there.</param>
/// <param name="Text">The command as it is written, with its comment.</param>
/// <param name="Words">Its words, without quotes and comment.</param>
internal sealed partial record ShellCommand(string File, int Line, string Text, IReadOnlyList<string> Words)
{
    private const string Project = "functions/Pipeline.Embedded";

    /// <summary>The words without the variables that are set before them; none where a command only sets variables.</summary>
    public IReadOnlyList<string> Program { get; } = [.. Words.SkipWhile(word => Assignment().IsMatch(word))];

    /// <summary>Whether variables are set for this command, or for those after it.</summary>
    public bool SetsVariables => Program.Count < Words.Count;

    /// <summary>What follows <c>pipeline</c>, or <c>dotnet run … --project functions/Pipeline.Embedded --</c>; null for another command.</summary>
    public IReadOnlyList<string>? Pipeline =>
        Program is ["pipeline", ..] ? [.. Program.Skip(1)]
        : RunProject == Project && Program.ToList().IndexOf("--") is > 0 and var at ? [.. Program.Skip(at + 1)]
        : null;

    /// <summary>The project that <c>dotnet run</c> is to run; null for another command.</summary>
    public string? RunProject =>
        Program is ["dotnet", "run", ..] && Program.ToList().IndexOf("--project") is > 0 and var at && at + 1 < Program.Count ? Program[at + 1] : null;

    /// <summary>The commands of a block: a line each, unless a line ends with a backslash.</summary>
    public static IReadOnlyList<ShellCommand> In(MarkdownBlock block)
    {
        var commands = new List<ShellCommand>();
        var lines = block.Text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var (first, text) = (i, lines[i]);
            while (text.EndsWith('\\') && i + 1 < lines.Length)
                text = $"{text[..^1]}{lines[++i].TrimStart()}";
            // A text in quotes may go over several lines.
            while (WordsOf(text) is null && i + 1 < lines.Length)
                text = $"{text}\n{lines[++i]}";
            var words = WordsOf(text) ?? throw new InvalidDataException($"{block.File}, line {block.Line + first}: a quote is never closed.");
            if (words.Count > 0)
                commands.Add(new ShellCommand(block.File, block.Line + first, text, words));
        }
        return commands;
    }

    /// <summary>The words of a command; null where a quote is open at its end.</summary>
    public static IReadOnlyList<string>? WordsOf(string text)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        var quote = '\0';
        foreach (var c in text)
        {
            if (quote != '\0')
            {
                if (c == quote)
                    quote = '\0';
                else
                    word!.Append(c);
            }
            else if (c is '\'' or '"')
                (quote, word) = (c, word ?? new StringBuilder());
            else if (c == '#' && word is null)
                break;
            else if (char.IsWhiteSpace(c))
                End();
            else
                (word ??= new StringBuilder()).Append(c);
        }
        End();
        return quote == '\0' ? words : null;

        void End()
        {
            if (word is not null)
                words.Add(word.ToString());
            word = null;
        }
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*=")]
    private static partial Regex Assignment();

    public override string ToString() => $"{File}:{Line}: {Text.Trim()}";
}
