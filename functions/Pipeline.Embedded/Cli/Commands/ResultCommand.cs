using System.CommandLine;
using System.Text;
using Pipeline.Embedded.Cli.Rendering;
using Pipeline.Jobs;

namespace Pipeline.Embedded.Cli.Commands;

/// <summary><c>result ID</c>: a job's rows.</summary>
internal sealed class ResultCommand : Verb
{
    private readonly Argument<string> _id = CommonArguments.Id();
    private readonly Option<int?> _top = CommonArguments.Top();
    private readonly Option<string?> _save = new("--save") { Description = "Write the rows to a file instead; its name ends in .csv or .json", HelpName = "FILE" };

    public ResultCommand()
        : base("result", "Show a completed job's rows")
    {
        Arguments.Add(_id);
        Options.Add(_top);
        Options.Add(_save);
    }

    public override IReadOnlyList<(string Line, string Meaning)> Examples => [("result ID --save rows.csv", "write a job's rows to a file")];

    public override async Task RunAsync(CliContext context, ParseResult parsed)
    {
        var id = parsed.GetRequiredValue(_id);
        var top = parsed.GetValue(_top);
        var file = parsed.GetValue(_save);
        var format = file is null ? context.Settings.Output : FormatOf(file);
        await using var app = await context.ConnectAsync();
        var result = await ResultAnswer.FetchAsync(app.Client, id, top, format, context.Interrupted);
        if (file is null)
        {
            ResultAnswer.Write(context, result);
            return;
        }
        Save(result, Path.GetFullPath(file, context.Environment.WorkingFolder), file, format);
        context.Note($"Saved {Shown.Count(result.Rows.Count, "row")} to {file}");
        ResultAnswer.NoteMissing(context, result);
    }

    private static OutputFormat FormatOf(string file) => Path.GetExtension(file).ToUpperInvariant() switch
    {
        ".CSV" => OutputFormat.Csv,
        ".JSON" => OutputFormat.Json,
        _ => throw new CliException(CliFault.Usage($"--save writes files that end in .csv or .json; this is '{file}'.")),
    };

    // Beside its target and then moved there: whoever looks at the target sees all of it or nothing.
    private static void Save(JobResult result, string path, string shown, OutputFormat format)
    {
        var temporary = $"{path}.{Environment.ProcessId}.part";
        try
        {
            using (var writer = new StreamWriter(temporary, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)))
            {
                if (format == OutputFormat.Csv)
                    ResultText.WriteCsv(writer, result);
                else
                    ResultText.WriteJson(writer, result);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(temporary))
                File.Delete(temporary);
            throw new CliException(CliFault.InvalidInput($"{shown} cannot be written: {e.Message}"), e);
        }
    }
}
