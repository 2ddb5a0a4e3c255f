using System.CommandLine;
using Pipeline.Embedded.Cli.Uploads;

namespace Pipeline.Embedded.Cli.Commands;

/// <summary><c>submit SPEC</c>: hands a job in and gives its id.</summary>
internal sealed class SubmitCommand : Verb
{
    private readonly Argument<string> _spec = CommonArguments.Spec();
    private readonly Option<bool> _wait = new("--wait") { Description = "Wait until the job has ended; the exit code tells how" };

    public SubmitCommand()
        : base("submit", "Start a job and print its id")
    {
        Arguments.Add(_spec);
        Options.Add(_wait);
    }

    public override IReadOnlyList<(string Line, string Meaning)> Examples =>
    [
        ("submit query.json --url https://app.example.net --key KEY", "start a job in an app elsewhere"),
    ];

    public override async Task RunAsync(CliContext context, ParseResult parsed)
    {
        var spec = await SpecFile.ReadAsync(parsed.GetRequiredValue(_spec), context.Environment, context.Interrupted);
        spec.Expect(stream: false);
        await using var app = await context.ConnectAsync();
        await NearbyData.UploadMissingAsync(context, app.Client, spec);
        context.Interrupted.ThrowIfCancellationRequested();
        var accepted = await app.Client.SubmitAsync(spec.Json, CancellationToken.None);
        await StartedJob.ShowAsync(context, app, accepted, parsed.GetValue(_wait));
    }
}
