using System.Text.RegularExpressions;

namespace Pipeline.EndToEnd.Documentation;

/// <summary>A fenced block of a Markdown file.</summary>
/// <param name="File">The file, as a path below the repository with forward slashes.</param>
/// <param name="Line">The line of its first text, from 1.</param>
/// <param name="Language">What stands behind the fence; empty for nothing.</param>
/// <param name="Text">What stands in it, without the fence's indentation.</param>
internal sealed partial record MarkdownBlock(string File, int Line, string Language, string Text)
{
    /// <summary>All blocks of a file, in order.</summary>
    public static IReadOnlyList<MarkdownBlock> Read(string file, string markdown)
    {
        var blocks = new List<MarkdownBlock>();
        var lines = markdown.ReplaceLineEndings("\n").Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (Fence().Match(lines[i]) is not { Success: true } fence)
                continue;
            var indent = fence.Groups["indent"].Length;
            var first = ++i;
            while (i < lines.Length && !lines[i].TrimStart().StartsWith(fence.Groups["fence"].Value, StringComparison.Ordinal))
                i++;
            if (i == lines.Length)
                throw new InvalidDataException($"{file}, line {first}: the block is never closed.");
            var text = lines[first..i].Select(line => line.Length >= indent ? line[indent..] : line.TrimStart());
            blocks.Add(new MarkdownBlock(file, first + 1, fence.Groups["language"].Value, string.Concat(text.Select(line => line + "\n"))));
        }
        return blocks;
    }

    /// <summary>What stands between backticks outside of blocks, with its line.</summary>
    public static IReadOnlyList<(int Line, string Text)> Spans(string markdown)
    {
        var spans = new List<(int, string)>();
        var lines = markdown.ReplaceLineEndings("\n").Split('\n');
        var inside = false;
        for (var i = 0; i < lines.Length; i++)
        {
            if (Fence().IsMatch(lines[i]) || (inside && lines[i].TrimStart().StartsWith("```", StringComparison.Ordinal)))
                inside = !inside;
            else if (!inside)
                spans.AddRange(Span().Matches(lines[i]).Select(match => (i + 1, match.Groups["text"].Value)));
        }
        return spans;
    }

    [GeneratedRegex(@"^(?<indent> *)(?<fence>`{3,})(?<language>[^`]*)$")]
    private static partial Regex Fence();

    [GeneratedRegex("`(?<text>[^`]+)`")]
    private static partial Regex Span();
}
