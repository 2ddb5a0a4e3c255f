using System.Globalization;
using Pipeline.Jobs;
using Spectre.Console;

namespace Pipeline.Embedded.Cli.Rendering;

/// <summary>A plan for a person: what happens last on top, and beneath each stage those that it waits for; then what is read of
/// each table; then notes.</summary>
internal static class PlanText
{
    /// <summary>Writes the plan.</summary>
    public static void Write(Terminal terminal, JobPlan plan)
    {
        terminal.Write(Line($"{plan.Kind} ", plan.Name));
        if (plan.Summary.Length > 0)
            terminal.Write(new Text(Shown.Text(plan.Summary) + "\n"));
        terminal.WriteLine("");
        terminal.Write(StageTree(plan));
        if (plan.Tables.Count > 0)
        {
            terminal.WriteLine("");
            terminal.Write(Tables(plan).Render(terminal.Width, out _));
        }
        foreach (var note in plan.Notes)
            terminal.Write(new Text($"Note: {Shown.Text(note)}\n"));
    }

    /// <summary>The stages as CSV, with a header.</summary>
    public static void WriteCsv(TextWriter writer, JobPlan plan) => CsvText.Write(
        writer, ["stage", "dependsOn", "tasks", "bytes", "rows", "rowGroups", "details"], plan.Stages,
        s =>
        [
            s.Name,
            string.Join(' ', s.DependsOn),
            CsvText.Number(s.Tasks),
            CsvText.Number(s.Bytes),
            CsvText.Number(s.Rows),
            CsvText.Number(s.RowGroups),
            string.Join('\n', s.Details),
        ]);

    private static Tree StageTree(JobPlan plan)
    {
        var tree = new Tree(new Text("result", new Style(decoration: Decoration.Bold))) { Style = new Style(Color.Grey) };
        var stages = plan.Stages.ToDictionary(s => s.Name, StringComparer.Ordinal);
        var drawn = new HashSet<string>(StringComparer.Ordinal);
        var needed = plan.Stages.SelectMany(s => s.DependsOn).ToHashSet(StringComparer.Ordinal);
        foreach (var last in plan.Stages.Where(s => !needed.Contains(s.Name)))
            Add(tree, last);
        return tree;

        void Add(IHasTreeNodes parent, PlanStage stage)
        {
            // A stage that feeds two others is drawn in full once.
            if (!drawn.Add(stage.Name))
            {
                parent.AddNode(new Text($"{Shown.Text(stage.Name)} (above)", new Style(Color.Grey)));
                return;
            }
            var text = new Paragraph().Append(Shown.Text(stage.Name), new Style(decoration: Decoration.Bold)).Append("  " + Facts(stage));
            foreach (var detail in stage.Details)
                text.Append("\n" + Shown.Text(detail), new Style(Color.Grey));
            var node = parent.AddNode(text);
            foreach (var name in stage.DependsOn)
            {
                if (stages.TryGetValue(name, out var before))
                    Add(node, before);
            }
        }
    }

    private static string Facts(PlanStage stage)
    {
        var facts = Shown.Count(stage.Tasks, "task");
        return stage.Bytes == 0 && stage.Rows == 0
            ? facts
            : $"{facts}, {ByteSize.Format(stage.Bytes)}, {Shown.Count(stage.Rows, "row")}, {Shown.Count(stage.RowGroups, "row group")}";
    }

    private static TextTable Tables(JobPlan plan) => TextTable.Of(
        [new("table"), new("dataset"), new("role"), new("columns", true), new("files", true), new("row groups", true), new("pruned", true), new("read", true)],
        plan.Tables,
        t =>
        [
            t.Name,
            t.Dataset,
            t.Role,
            Of(t.Columns, t.ColumnsTotal),
            Of(t.Files, t.FilesTotal),
            Of(t.RowGroups, t.RowGroupsTotal),
            Shown.Number(t.RowGroupsTotal - t.RowGroups),
            $"{ByteSize.Format(t.Bytes)} of {ByteSize.Format(t.BytesTotal)}",
        ]);

    private static string Of(int read, int total) => string.Create(CultureInfo.InvariantCulture, $"{read} of {total}");

    private static Paragraph Line(string plain, string bold) =>
        new Paragraph().Append(Shown.Text(plain)).Append(Shown.Text(bold), new Style(decoration: Decoration.Bold)).Append("\n");
}
