using Pipeline.Embedded.Cli.Rendering;
using Spectre.Console;

namespace Pipeline.Embedded.Cli.Doctor;

/// <summary>Shows what was found: a line a check, and the cure below it.</summary>
internal static class DoctorText
{
    public static void Write(Terminal terminal, DoctorReport report)
    {
        var area = "";
        var width = report.Findings.Max(finding => finding.Check.Length);
        foreach (var finding in report.Findings)
        {
            if (finding.Area != area)
                terminal.WriteLine(finding.Area);
            area = finding.Area;
            var word = Word(finding.Level);
            var text = $"  {finding.Check.PadRight(width)}  {Shown.Text(finding.Detail)}";
            if (terminal.IsTerminal)
                terminal.Write(new Paragraph().Append("  ").Append(word.PadRight(7), Style(finding.Level)).Append(text + "\n"));
            else
                terminal.WriteLine($"  {word,-7}{text}");
            if (finding.Cure is not null)
                terminal.WriteLine($"           {new string(' ', width)}  -> {Shown.Text(finding.Cure)}");
        }
        terminal.WriteLine(Summary(report));
    }

    /// <summary>All in one line.</summary>
    public static string Summary(DoctorReport report) => report is { Faults: 0, Warnings: 0 }
        ? $"{Shown.Count(report.Findings.Count, "check")}: all is well."
        : $"{Shown.Count(report.Findings.Count, "check")}: {Shown.Count(report.Faults, "fault")}, {Shown.Count(report.Warnings, "warning")}.";

    public static void WriteCsv(TextWriter writer, DoctorReport report) => CsvText.Write(
        writer, ["area", "check", "level", "detail", "cure"], report.Findings, f => [f.Area, f.Check, Word(f.Level), f.Detail, f.Cure]);

    private static string Word(FindingLevel level) => level switch
    {
        FindingLevel.Ok => "ok",
        FindingLevel.Warning => "warning",
        _ => "FAULT",
    };

    private static Style Style(FindingLevel level) => new(level switch
    {
        FindingLevel.Ok => Color.Green,
        FindingLevel.Warning => Color.Yellow,
        _ => Color.Red,
    });
}
