using System.CommandLine;
using Pipeline.Embedded.Cli.Rendering;

namespace Pipeline.Embedded.Cli.Commands;

/// <summary><c>job ID</c>: one job.</summary>
internal sealed class JobCommand : Verb
{
    private readonly Argument<string> _id = CommonArguments.Id();
    private readonly Option<bool> _watch = new("--watch", "-w") { Description = "Follow its progress until it has ended; the exit code tells how" };

    public JobCommand()
        : base("job", "Show one job: where it stands, what it made, why it failed")
    {
        Arguments.Add(_id);
        Options.Add(_watch);
    }

    public override async Task RunAsync(CliContext context, ParseResult parsed)
    {
        var id = parsed.GetRequiredValue(_id);
        await using var app = await context.ConnectAsync();
        var job = parsed.GetValue(_watch)
            ? await JobRunner.WaitAsync(context, app, id)
            : await app.Client.GetJobAsync(id, context.Interrupted);
        JobText.Answer(context, job);
    }
}
