using System.CommandLine;
using Pipeline.Embedded.Cli.Rendering;
using Pipeline.Jobs;

namespace Pipeline.Embedded.Cli.Commands;

/// <summary><c>jobs</c>: the jobs of an app.</summary>
internal sealed class JobsCommand : Verb
{
    private const int UsualTop = 20;
    private const int MostTop = 10_000;
    private const int PageSize = 1_000; // the most that the app gives at once

    private static readonly string[] s_kinds = ["batch", "grid", "scoring", "simulation", "training"];

    private readonly Option<string?> _kind = new("--kind") { Description = "Only jobs of this kind, for instance batch", HelpName = "KIND" };
    private readonly Option<JobStatus?> _status = new("--status") { Description = $"Only jobs that stand like this: {string.Join(", ", Enum.GetNames<JobStatus>())}", HelpName = "STATUS" };
    private readonly Option<int?> _top = CommonArguments.Number("--top", "N", $"Jobs to list at most [default: {UsualTop}]", 1, MostTop);

    public JobsCommand()
        : base("jobs", "List jobs, newest first")
    {
        _status.CustomParser = result =>
        {
            var word = result.Tokens[0].Value;
            if (Enum.TryParse<JobStatus>(word, ignoreCase: true, out var status) && Enum.IsDefined(status) && !char.IsAsciiDigit(word[0]))
                return status;
            result.AddError($"'{word}' is not a status.{NearestName.Hint(word, Enum.GetNames<JobStatus>())}");
            return null;
        };
        _kind.CompletionSources.Add(s_kinds);
        Options.Add(_kind);
        Options.Add(_status);
        Options.Add(_top);
    }

    public override IReadOnlyList<(string Line, string Meaning)> Examples => [("jobs --status failed --top 5", "the five newest jobs that failed")];

    public override async Task RunAsync(CliContext context, ParseResult parsed)
    {
        var top = parsed.GetValue(_top) ?? UsualTop;
        await using var app = await context.ConnectAsync();
        var jobs = new List<JobView>();
        string? next = null;
        do
        {
            var page = await app.Client.ListJobsAsync(
                parsed.GetValue(_kind), parsed.GetValue(_status)?.ToString(), Math.Min(top - jobs.Count, PageSize), next, context.Interrupted);
            jobs.AddRange(page.Jobs);
            next = page.ContinuationToken;
        }
        while (next is not null && jobs.Count < top);

        context.AnswerList(
            new JobPage(jobs, next), CliJson.Readable.JobPage, (writer, page) => JobText.WriteCsv(writer, page.Jobs),
            JobText.Table(jobs, context.Time.LocalTimeZone), none: $"There are no such jobs.{(parsed.GetValue(_kind) is { } kind && !s_kinds.Contains(kind) ? NearestName.Hint(kind, s_kinds) : "")}");
        if (jobs.Count > 0 && next is not null)
            context.Note($"There are more; --top N lists up to {Shown.Number(MostTop)}.");
    }
}
