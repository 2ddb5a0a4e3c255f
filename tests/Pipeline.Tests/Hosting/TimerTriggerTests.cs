using System.Globalization;
using System.Threading.Channels;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Embedded.Triggers;

namespace Pipeline.Tests.Hosting;

/// <summary>When timer functions run: by the schedule, after a downtime, at the start, after a failure.</summary>
public sealed class TimerTriggerTests : IDisposable
{
    private static readonly DateTimeOffset s_start = new(2026, 3, 1, 12, 0, 30, TimeSpan.Zero);

    private readonly string _root = Directory.CreateTempSubdirectory("pipeline-timer-").FullName;
    private readonly FakeTimeProvider _time = new(s_start);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("0 */5 * * * *", "2026-03-01T12:05:00")]
    [InlineData("*/10 * * * * *", "2026-03-01T12:00:40")]
    [InlineData("0 30 9 * * MON-FRI", "2026-03-02T09:30:00")]
    [InlineData("0 0 0 29 2 *", "2028-02-29T00:00:00")]
    [InlineData("*/5 * * * *", "2026-03-01T12:05:00")]
    [InlineData("00:01:30", "2026-03-01T12:02:00")]
    public void Schedule_Next_IsTheFirstOccurrenceAfterTheMoment(string schedule, string expected) =>
        Assert.Equal(
            DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
            TimerSchedule.Parse(schedule).Next(s_start));

    [Theory]
    [InlineData("* * * * * *", true)]
    [InlineData("00:00:30", true)]
    [InlineData("0 * * * * *", false)]
    [InlineData("0 0 0 30 2 *", false)]
    public void Schedule_IsFrequent_WhenItIsDueMoreThanOnceAMinute(string schedule, bool expected) =>
        Assert.Equal(expected, TimerSchedule.Parse(schedule).IsFrequent);

    [Theory]
    [InlineData("")]
    [InlineData("* * *")]
    [InlineData("0 61 * * * *")]
    [InlineData("-00:00:01")]
    [InlineData("soon")]
    public void Schedule_NeitherCronNorTimeSpan_IsRefused(string schedule) =>
        Assert.Contains($"'{schedule}'", Assert.Throws<FormatException>(() => TimerSchedule.Parse(schedule)).Message);

    [Fact]
    public async Task Timer_WhenDue_RunsWithItsStatus()
    {
        var runs = Channel.CreateUnbounded<TimerInfo>();
        await using var host = await StartAsync(typeof(EveryFiveMinutes), runs);

        _time.Advance(TimeSpan.FromMinutes(4));
        Assert.False(runs.Reader.TryPeek(out _));
        _time.Advance(TimeSpan.FromMinutes(1));

        var info = await runs.Reader.ReadAsync();
        Assert.False(info.IsPastDue);
        Assert.Equal(new DateTime(2026, 3, 1, 12, 5, 0, DateTimeKind.Utc), info.ScheduleStatus?.Next);
    }

    [Fact]
    public async Task Timer_DueWhileTheHostWasDown_RunsOnceAtTheNextStartAsPastDue()
    {
        var runs = Channel.CreateUnbounded<TimerInfo>();
        await using (await StartAsync(typeof(EveryFiveMinutes), runs))
        {
            // Started and stopped before it was due.
        }

        _time.Advance(TimeSpan.FromHours(1));
        await using (await StartAsync(typeof(EveryFiveMinutes), runs))
        {
            Assert.True((await runs.Reader.ReadAsync()).IsPastDue);
        }

        await using (await StartAsync(typeof(EveryFiveMinutes), runs))
        {
            // What was made up for is not made up for again.
        }

        Assert.False(runs.Reader.TryPeek(out _));
    }

    [Fact]
    public async Task Timer_WithoutMonitor_ForgetsWhatWasMissed()
    {
        var runs = Channel.CreateUnbounded<TimerInfo>();
        await using (await StartAsync(typeof(Unmonitored), runs))
        {
            // Started and stopped before it was due.
        }

        _time.Advance(TimeSpan.FromHours(1));
        await using var host = await StartAsync(typeof(Unmonitored), runs);
        _time.Advance(TimeSpan.FromMinutes(5));

        var info = await runs.Reader.ReadAsync();
        Assert.False(info.IsPastDue);
        Assert.Null(info.ScheduleStatus);
    }

    [Fact]
    public async Task Timer_ScheduleChangedSinceTheLastStart_IsNotPastDue()
    {
        var runs = Channel.CreateUnbounded<TimerInfo>();
        await using (await StartAsync(typeof(EveryFiveMinutes), runs, "0 */5 * * * *"))
        {
            // Started and stopped before it was due.
        }

        _time.Advance(TimeSpan.FromHours(1));
        await using var host = await StartAsync(typeof(EveryFiveMinutes), runs, "0 */7 * * * *");
        _time.Advance(TimeSpan.FromMinutes(7));

        Assert.False((await runs.Reader.ReadAsync()).IsPastDue);
    }

    [Fact]
    public async Task Timer_RunOnStartup_RunsAtOnce()
    {
        var runs = Channel.CreateUnbounded<TimerInfo>();
        await using var host = await StartAsync(typeof(AtStartup), runs);

        Assert.False((await runs.Reader.ReadAsync()).IsPastDue);
    }

    [Fact]
    public async Task Timer_Fails_IsRetriedAsItsAttributeSaysAndThenGoesOn()
    {
        var runs = Channel.CreateUnbounded<TimerInfo>();
        var retries = Channel.CreateUnbounded<int>();
        await using var host = await StartAsync(typeof(Failing), runs, services: services => services.AddSingleton(retries));

        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(0, await retries.Reader.ReadAsync());
        Assert.Equal(1, await NextAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(2, await NextAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(0, await NextAsync(TimeSpan.FromMinutes(1)));

        // The wait begins after the function has ended, which is when its clock has to be moved on.
        async Task<int> NextAsync(TimeSpan wait)
        {
            var next = retries.Reader.ReadAsync().AsTask();
            while (!next.IsCompleted)
            {
                _time.Advance(wait / 10);
                await Task.Yield();
            }

            return await next;
        }
    }

    [Fact]
    public async Task Timer_WhoseStatusCannotBeWritten_GoesOn()
    {
        var runs = Channel.CreateUnbounded<TimerInfo>();
        await using var host = await StartAsync(typeof(EveryFiveMinutes), runs);
        using (var state = new SqliteConnection($"Data Source={Path.Combine(_root, "triggers.db")};Pooling=False"))
        {
            state.Open();
            using var drop = state.CreateCommand();
            drop.CommandText = "DROP TABLE timers";
            drop.ExecuteNonQuery();
        }

        _time.Advance(TimeSpan.FromMinutes(5));
        var first = await runs.Reader.ReadAsync();
        var second = runs.Reader.ReadAsync().AsTask();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!second.IsCompleted && !patience.IsCancellationRequested)
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }

        Assert.True(second.IsCompleted, "The timer stands still.");
        Assert.Equal(first.ScheduleStatus?.Next.AddMinutes(5), (await second).ScheduleStatus?.Next);
    }

    private Task<TestHost> StartAsync(
        Type type, Channel<TimerInfo> runs, string schedule = "0 */5 * * * *", Action<IServiceCollection>? services = null) =>
        TestHost.StartAsync(
            [type],
            (worker, _) =>
            {
                worker.Services.AddSingleton(runs);
                services?.Invoke(worker.Services);
            },
            root: _root,
            options: options => options with
            {
                TimeProvider = _time,
                Settings = new Dictionary<string, string?> { ["Schedule"] = schedule },
            });

    public sealed class EveryFiveMinutes(Channel<TimerInfo> runs)
    {
        [Function("EveryFiveMinutes")]
        public async Task Run([TimerTrigger("%Schedule%")] TimerInfo timer) => await runs.Writer.WriteAsync(timer);
    }

    public sealed class Unmonitored(Channel<TimerInfo> runs)
    {
        [Function("Unmonitored")]
        public async Task Run([TimerTrigger("0 */5 * * * *", UseMonitor = false)] TimerInfo timer) => await runs.Writer.WriteAsync(timer);
    }

    public sealed class AtStartup(Channel<TimerInfo> runs)
    {
        [Function("AtStartup")]
        public async Task Run([TimerTrigger("0 0 0 1 1 *", RunOnStartup = true)] TimerInfo timer) => await runs.Writer.WriteAsync(timer);
    }

    public sealed class Failing(Channel<int> retries)
    {
        [Function("Failing")]
        [FixedDelayRetry(2, "00:00:10")]
        public async Task Run([TimerTrigger("0 * * * * *")] TimerInfo timer, FunctionContext context)
        {
            await retries.Writer.WriteAsync(context.RetryContext.RetryCount);
            throw new InvalidOperationException("this time too");
        }
    }
}
