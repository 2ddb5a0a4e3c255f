using System.CommandLine;
using Pipeline.Embedded.Cli.Rendering;
using Pipeline.Embedded.Cli.Uploads;

namespace Pipeline.Embedded.Cli.Commands;

/// <summary><c>plan SPEC</c>: how a job would run.</summary>
internal sealed class PlanCommand : Verb
{
    private readonly Argument<string> _spec = CommonArguments.Spec();

    public PlanCommand()
        : base("plan", "Show how a job would run: stages, tasks, and what is read and pruned") => Arguments.Add(_spec);

    public override IReadOnlyList<(string Line, string Meaning)> Examples => [("plan samples/batch/flights-by-month.json", "explain a job without running it")];

    public override async Task RunAsync(CliContext context, ParseResult parsed)
    {
        var spec = await SpecFile.ReadAsync(parsed.GetRequiredValue(_spec), context.Environment, context.Interrupted);
        spec.Expect(stream: false);
        await using var app = await context.ConnectAsync();
        await NearbyData.UploadMissingAsync(context, app.Client, spec);
        var plan = await app.Client.PlanAsync(spec.Json, context.Interrupted);
        context.Answer(plan, CliJson.Readable.JobPlan, PlanText.WriteCsv, one => PlanText.Write(context.Out, one));
    }
}
