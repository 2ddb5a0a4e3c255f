using System.CommandLine;
using System.Text.Json;
using Pipeline.Embedded.Cli.Rendering;
using Pipeline.Embedded.Cli.Uploads;

namespace Pipeline.Embedded.Cli.Commands;

/// <summary><c>stream apply FILE</c>: makes a stream, or changes it.</summary>
internal sealed class StreamApplyCommand : Verb
{
    private readonly Argument<string> _spec = new("FILE") { Description = "File that holds the stream's spec, or - for standard input" };
    private readonly Option<string?> _name = new("--name") { Description = "The stream's name [default: the spec's, or that of the file]", HelpName = "NAME" };

    public StreamApplyCommand()
        : base("apply", "Make a stream of a spec, or change it; reference datasets that the app lacks come from the data folder near the spec")
    {
        Arguments.Add(_spec);
        Options.Add(_name);
    }

    public override IReadOnlyList<(string Line, string Meaning)> Examples => [("stream apply samples/trading/vwap.json", "make the stream 'vwap', or change it")];

    public override async Task RunAsync(CliContext context, ParseResult parsed)
    {
        var file = parsed.GetRequiredValue(_spec);
        var spec = await SpecFile.ReadAsync(file, context.Environment, context.Interrupted);
        spec.Expect(stream: true);
        var name = parsed.GetValue(_name) ?? NameOf(spec, file);
        await using var app = await context.ConnectAsync();
        await NearbyData.UploadMissingAsync(context, app.Client, spec);
        var stream = await app.Client.PutStreamAsync(name, spec.Json, context.Interrupted);
        context.Answer(stream, CliJson.Readable.StreamView, (writer, one) => StreamText.WriteCsv(writer, [one]), one =>
        {
            context.Out.WriteLine($"Stream {Shown.Text(one.Name)} reads {Shown.Text(one.Hub)}: {one.Status}, generation {one.Generation}");
            foreach (var line in one.Plan ?? [])
                context.Out.WriteLine($"  {Shown.Text(line)}");
        });
        if (app.InProcess)
            context.Note("It works while an app is up: start 'serve'.");
    }

    /// <summary>The name of the stream that a spec makes, where nobody says another: the spec's, or that of its file.</summary>
    public static string NameOf(SpecFile spec, string file) =>
        spec.Document.ValueKind == JsonValueKind.Object && spec.Document.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString()!
            : file != "-" ? Path.GetFileNameWithoutExtension(file)
            : throw new CliException(CliFault.Usage("A spec from standard input has no file name: give the stream's as its field 'name', or to 'stream apply' with --name."));
}
