using System.Text.Json;
using Spectre.Console;

namespace Pipeline.Embedded.Cli.Rendering;

/// <summary>Shows why a verb could not do what it was asked.</summary>
internal static class FaultText
{
    /// <summary>Writes the fault as text, or as a problem document where answers are JSON too.</summary>
    public static void Write(Terminal terminal, CliFault fault, OutputFormat format)
    {
        if (format == OutputFormat.Json)
        {
            terminal.WriteLine(JsonSerializer.Serialize(fault, CliJson.Readable.CliFault));
            return;
        }
        var lines = Lines(fault).ToList();
        if (!terminal.IsTerminal)
        {
            lines.ForEach(terminal.WriteLine);
            return;
        }
        terminal.Write(new Text(lines[0] + "\n", new Style(Color.Red)));
        foreach (var line in lines.Skip(1))
            terminal.Write(new Text(line + "\n"));
    }

    private static IEnumerable<string> Lines(CliFault fault)
    {
        // One fault of the whole document is the detail again.
        var faults = fault.Errors is { Count: > 0 } errors && !(errors.Count == 1 && errors[0].Pointer.Length == 0 && errors[0].Detail == fault.Detail) ? errors : [];
        yield return faults.Count == 1 && faults[0].Detail == fault.Detail
            ? $"error: {Shown.Text(fault.Title)}"
            : $"error: {Shown.Block(fault.Detail, "  ")}";
        foreach (var (pointer, detail) in faults)
            yield return $"  {(pointer.Length == 0 ? "(document)" : Shown.Text(pointer))}: {Shown.Block(detail, "    ")}";
        if (fault.Job is not null && !fault.Detail.Contains(fault.Job, StringComparison.Ordinal))
            yield return $"  job:  {Shown.Text(fault.Job)}";
        if (fault.Task is not null)
            yield return $"  task: {Shown.Text(fault.Task)}";
        if (fault.Blob is not null)
            yield return $"  blob: {Shown.Text(fault.Blob)}";
        if (fault.Advice is not null)
            yield return Shown.Block(fault.Advice, "");
    }
}
