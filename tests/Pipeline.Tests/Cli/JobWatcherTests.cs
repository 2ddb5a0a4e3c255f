using System.Net;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Embedded.Cli;
using Pipeline.Jobs;

namespace Pipeline.Tests.Cli;

public sealed class JobWatcherTests
{
    private readonly WaitlessTime _time = new();

    [Fact]
    public async Task Watch_AJob_TellsEveryStateAndEndsWithTheLast()
    {
        using var client = Client(Json.Job("Pending"), Json.Job("Running"), Json.Job("Suspended"), Json.Job("Running"), Json.Completed);
        var seen = new List<JobStatus>();
        var job = await Watch(client, job => seen.Add(job.Status));
        Assert.Equal([JobStatus.Pending, JobStatus.Running, JobStatus.Suspended, JobStatus.Running, JobStatus.Completed], seen);
        Assert.Equal(2, job.Output!.Rows);
    }

    [Fact]
    public async Task Watch_ALongJob_AsksOftenAtFirstAndAtMostOnceASecondLater()
    {
        var asked = new List<DateTimeOffset>();
        using var client = Client([.. Enumerable.Repeat(Json.Job(), 40), Json.Completed]);
        await Watch(client, _ => asked.Add(_time.GetUtcNow()));
        var pauses = asked.Zip(asked.Skip(1), (a, b) => b - a).ToList();
        Assert.Equal(TimeSpan.FromMilliseconds(50), pauses[0]);
        Assert.Equal(TimeSpan.FromSeconds(1), pauses[^1]);
        Assert.True(pauses.Zip(pauses.Skip(1), (a, b) => b >= a).All(grows => grows));
    }

    [Fact]
    public async Task Watch_TheAppIsAwayForAMoment_GoesOn()
    {
        using var client = Client(Json.Job(), null, null, null, Json.Completed);
        Assert.Equal(JobStatus.Completed, (await Watch(client, _ => { })).Status);
    }

    [Fact]
    public async Task Watch_TheAppStaysAway_GivesUpAfterHalfAMinute()
    {
        using var client = Client(Json.Job(), null);
        var start = _time.GetUtcNow();
        var e = await Assert.ThrowsAsync<CliException>(() => Watch(client, _ => { }));
        Assert.Equal(ExitCode.Unreachable, e.Fault.ExitCode);
        Assert.InRange(_time.GetUtcNow() - start, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(35));
    }

    private Task<JobView> Watch(PipelineClient client, Action<JobView> onChange) =>
        new JobWatcher(client, _time, TimeSpan.FromSeconds(1)).WatchAsync("j1", onChange, default);

    // Null stands for an app that is away. The last answer stays.
    private static PipelineClient Client(params string?[] answers) =>
        new(new HttpClient(new Script(answers)) { BaseAddress = new Uri("http://app/") });

    private sealed class Script(string?[] answers) : HttpMessageHandler
    {
        private int _next;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = answers[Math.Min(_next++, answers.Length - 1)];
            return answer is null
                ? throw new HttpRequestException("away")
                : Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(answer, Encoding.UTF8, "application/json"), RequestMessage = request });
        }
    }

    /// <summary>Every wait ends at once and moves the clock by what was waited.</summary>
    private sealed class WaitlessTime : FakeTimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            Advance(dueTime);
            return timer;
        }
    }
}
