using System.CommandLine;
using Pipeline.Embedded.Cli.Rendering;
using Pipeline.Embedded.Cli.Uploads;

namespace Pipeline.Embedded.Cli.Commands;

/// <summary><c>run SPEC</c>: everything from the spec to the rows.</summary>
internal sealed class RunCommand : Verb
{
    private readonly Argument<string> _spec = CommonArguments.Spec();
    private readonly Option<int?> _top = CommonArguments.Top();

    public RunCommand()
        : base("run", "Run a job to its end and show its result; datasets that the app lacks come from the data folder near the spec")
    {
        Arguments.Add(_spec);
        Options.Add(_top);
    }

    public override IReadOnlyList<(string Line, string Meaning)> Examples =>
    [
        ("run samples/batch/flights-by-month.json", "run a job in this process and show its rows"),
        ("run query.json --output csv > rows.csv", "keep the rows as CSV"),
    ];

    public override async Task RunAsync(CliContext context, ParseResult parsed)
    {
        var spec = await SpecFile.ReadAsync(parsed.GetRequiredValue(_spec), context.Environment, context.Interrupted);
        await using var app = await context.ConnectAsync();
        await NearbyData.UploadMissingAsync(context, app.Client, spec);
        context.Interrupted.ThrowIfCancellationRequested();

        // Not given up halfway: the job might have started, and nobody would know its id.
        var accepted = await app.Client.SubmitAsync(spec.Json, CancellationToken.None);
        var job = await JobRunner.WaitOrCancelAsync(context, app, accepted.Id);
        var result = await ResultAnswer.FetchAsync(app.Client, job.Id, parsed.GetValue(_top), context.Settings.Output, context.Interrupted);
        ResultAnswer.Write(context, result);
        context.Note(JobText.Summary(job));
    }
}
