using Pipeline.Embedded.Cli.Rendering;
using Spectre.Console.Testing;

namespace Pipeline.Tests.Cli;

public sealed class TextTableTests
{
    [Fact]
    public void Render_NumbersAndTexts_StandRightAndLeft()
    {
        var text = Render(new TextTable([new("name"), new("count", IsNumber: true)], [["one", "1"], ["twelve hundred", "1200"]]), 80, out var hidden);
        Assert.Equal("""
            ╭────────────────┬───────╮
            │ name           │ count │
            ├────────────────┼───────┤
            │ one            │     1 │
            │ twelve hundred │  1200 │
            ╰────────────────┴───────╯
            """, text);
        Assert.Equal(0, hidden);
    }

    [Fact]
    public void Render_Markup_IsShownAsItIs() => Assert.Contains("│ [red]no[/] │", Render(new TextTable([new("[b]")], [["[red]no[/]"]]), 80, out _), StringComparison.Ordinal);

    [Fact]
    public void Render_WiderThanTheTerminal_LeavesOutColumnsFromTheMiddle()
    {
        var columns = Enumerable.Range(0, 12).Select(i => new TextTable.Column($"column{i:00}")).ToList();
        var text = Render(new TextTable(columns, [columns.Select(c => (string?)c.Name).ToList()]), 60, out var hidden);
        Assert.All(text.Split('\n'), line => Assert.True(line.Length <= 60, line));
        Assert.Contains("│ column00 │ column01 │", text, StringComparison.Ordinal);
        Assert.Contains("│ … │", text, StringComparison.Ordinal);
        Assert.Contains("│ column11 │", text, StringComparison.Ordinal);
        Assert.Equal(12 - text.Split('\n')[1].Split("column").Length + 1, hidden);
    }

    [Fact]
    public void Render_ALongCellInATerminal_IsCut() =>
        Assert.Contains($"│ {new string('x', 47)}… │", Render(new TextTable([new("a")], [[new string('x', 200)]]), 80, out _), StringComparison.Ordinal);

    [Fact]
    public void Render_ALongCellInAPipe_IsKept()
    {
        var text = Render(new TextTable([new("a"), new("b")], [[new string('x', 500), "y"]]), null, out var hidden);
        Assert.Contains($"│ {new string('x', 500)} │ y │", text, StringComparison.Ordinal);
        Assert.Equal(0, hidden);
    }

    [Fact]
    public void Render_WideCharacters_StillLineUp()
    {
        var lines = Render(new TextTable([new("city"), new("n", IsNumber: true)], [["東京", "1"], ["Oslo", "22"]]), 80, out _).Split('\n');
        Assert.Equal("│ 東京 │  1 │", lines[3]);
        Assert.Equal("│ Oslo │ 22 │", lines[4]);
    }

    [Fact]
    public void Render_NoRows_HasItsHeading() => Assert.Contains("│ a │", Render(new TextTable([new("a")], []), 80, out _), StringComparison.Ordinal);

    private static string Render(TextTable grid, int? width, out int hidden)
    {
        using var console = new TestConsole();
        console.Profile.Width = width ?? 100_000;
        console.Profile.Capabilities.Unicode = true;
        console.Write(grid.Render(width, out hidden));
        return string.Join('\n', console.Lines).TrimEnd();
    }
}
