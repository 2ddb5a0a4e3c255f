using System.CommandLine;
using Pipeline.Embedded.Cli.Rendering;
using Pipeline.Embedded.Cli.Sending;
using Pipeline.Embedded.Cli.Uploads;

namespace Pipeline.Embedded.Cli.Commands;

/// <summary><c>run SPEC</c>: everything from the spec to the rows.</summary>
internal sealed class RunCommand : Verb
{
    private readonly Argument<string> _spec = CommonArguments.Spec();
    private readonly Option<int?> _top = CommonArguments.Top();
    private readonly Option<int?> _volunteers = CommonArguments.Number("--volunteers", "N", "For a grid job: so many volunteers in this process compute it, too", 1, JobVolunteers.Most);
    private readonly Option<string?> _events = new("--events") { Description = "For a stream: the events, as 'send' takes them, with its options", HelpName = "FILE" };
    private readonly EventOptions _made = new("--events FILE");

    public RunCommand()
        : base("run", "Run a job to its end, or a stream over given events, and show the result; datasets that the app lacks come from the data folder near the spec")
    {
        Arguments.Add(_spec);
        Options.Add(_top);
        Options.Add(_volunteers);
        Options.Add(_events);
        _made.AddTo(this, briefly: true);
    }

    public override IReadOnlyList<(string Line, string Meaning)> Examples =>
    [
        ("run samples/batch/flights-by-month.json", "run a job in this process and show its rows"),
        ("run query.json --output csv > rows.csv", "keep the rows as CSV"),
        ("run samples/trading/vwap.json --generate trades --count 500000", "run a stream over made-up ticks and show its latest windows"),
        ("run samples/gene-search/lambda.json --volunteers 2", "run a grid job with two volunteers"),
    ];

    public override async Task RunAsync(CliContext context, ParseResult parsed)
    {
        var file = parsed.GetRequiredValue(_spec);
        var spec = await SpecFile.ReadAsync(file, context.Environment, context.Interrupted);
        if (spec.IsStream)
            await RunStreamAsync(context, parsed, file, spec);
        else
            await RunJobAsync(context, parsed, spec);
    }

    private async Task RunJobAsync(CliContext context, ParseResult parsed, SpecFile spec)
    {
        if ((parsed.GetValue(_events) is not null ? _events : _made.Given(parsed)) is { } given)
            throw new CliException(CliFault.Usage($"{given.Name} is for streams, and the spec is that of a job."));
        if (parsed.GetValue(_volunteers) is not null && spec.Kind is not "grid")
            throw new CliException(CliFault.Usage("--volunteers is for grid jobs, and the spec is that of another."));
        await using var app = await context.ConnectAsync();
        await NearbyData.UploadMissingAsync(context, app.Client, spec);
        context.Interrupted.ThrowIfCancellationRequested();

        // Not given up halfway: the job might have started, and nobody would know its id.
        var accepted = await app.Client.SubmitAsync(spec.Json, CancellationToken.None);
        var job = parsed.GetValue(_volunteers) is { } count
            ? await new JobVolunteers(context, app, count).WhileAsync(() => JobRunner.WaitOrCancelAsync(context, app, accepted.Id))
            : await JobRunner.WaitOrCancelAsync(context, app, accepted.Id);
        var result = await ResultAnswer.FetchAsync(app.Client, job.Id, parsed.GetValue(_top), context.Settings.Output, context.Interrupted);
        ResultAnswer.Write(context, result);
        context.Note(JobText.Summary(job));
    }

    private async Task RunStreamAsync(CliContext context, ParseResult parsed, string file, SpecFile spec)
    {
        if (parsed.GetValue(_volunteers) is not null)
            throw new CliException(CliFault.Usage("--volunteers is for grid jobs, and the spec is that of a stream."));
        if (file == "-" && parsed.GetValue(_events) == "-")
            throw new CliException(CliFault.Usage("Standard input cannot be both the spec and the events."));
        var events = _made.Read(context, parsed, parsed.GetValue(_events));
        var name = StreamApplyCommand.NameOf(spec, file);
        await using var app = await context.ConnectAsync();
        // Before there is a stream that could get no events.
        await using var hubs = HubConnection.Of(context, app);
        await NearbyData.UploadMissingAsync(context, app.Client, spec);
        var stream = await app.Client.PutStreamAsync(name, spec.Json, context.Interrupted);
        await new StreamRunner(context, app, stream).RunAsync(() => _made.SendAsync(context, parsed, stream.Hub, events, hubs.Sender));
        var rows = parsed.GetValue(_top) ?? StreamCommand.UsualRows;
        StreamCommand.Answer(context, await new StreamWatcher(app.Client, name, rows).AskAsync(context.Interrupted), rows);
        context.Note($"The stream {name} stays, and so does what it wrote: see 'stream {name}', or end it with 'stream delete {name}'.");
    }
}
