using System.CommandLine;

namespace Pipeline.Embedded.Cli.Commands;

/// <summary><c>restart ID</c>: starts another job with the same spec, and gives its id.</summary>
internal sealed class RestartCommand : Verb
{
    private readonly Argument<string> _id = CommonArguments.Id();
    private readonly Option<bool> _wait = new("--wait") { Description = "Wait until the job has ended; the exit code tells how" };

    public RestartCommand()
        : base("restart", "Start a job anew, as another one with the same spec")
    {
        Arguments.Add(_id);
        Options.Add(_wait);
    }

    public override async Task RunAsync(CliContext context, ParseResult parsed)
    {
        var id = parsed.GetRequiredValue(_id);
        await using var app = await context.ConnectAsync();
        var accepted = await app.Client.RestartAsync(id, context.Interrupted);
        await StartedJob.ShowAsync(context, app, accepted, parsed.GetValue(_wait));
    }
}
