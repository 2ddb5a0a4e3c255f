using System.CommandLine;
using Pipeline.Embedded.Cli.Rendering;

namespace Pipeline.Embedded.Cli.Commands;

/// <summary><c>cancel ID</c>: stops a job.</summary>
internal sealed class CancelCommand : Verb
{
    private readonly Argument<string> _id = CommonArguments.Id();

    public CancelCommand()
        : base("cancel", "Cancel a job: running tasks stop, temporary data goes") => Arguments.Add(_id);

    public override async Task RunAsync(CliContext context, ParseResult parsed)
    {
        var id = parsed.GetRequiredValue(_id);
        await using var app = await context.ConnectAsync();
        await app.Client.CancelJobAsync(id, context.Interrupted);
        if (context.Settings.Output == OutputFormat.Table)
            context.Out.WriteLine($"Job {id} is cancelled.");
        else
            JobText.Answer(context, await app.Client.GetJobAsync(id, context.Interrupted));
    }
}
