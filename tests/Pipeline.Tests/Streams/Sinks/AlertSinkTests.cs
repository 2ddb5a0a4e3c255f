using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Pipeline.Jobs;
using Pipeline.Storage;
using Pipeline.Streams;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Streams.Sinks;

public sealed class AlertSinkTests : IDisposable
{
    private static readonly WebhookAddresses s_here = new("127.0.0.1");

    private readonly TemporaryFolder _folder = new();
    private readonly Outputs _outputs = new();
    private readonly HurriedTime _time = new();
    private readonly OpenFence _fence = new();
    private readonly AlertStore _alerts;
    private readonly WebhookClient _client;

    public AlertSinkTests()
    {
        _alerts = new AlertStore(new DirectoryObjectStore(_folder.Path, _time), _time);
        _client = new WebhookClient(_time, s_here);
    }

    public void Dispose()
    {
        _client.Dispose();
        _outputs.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Publish_RowsThatMeetTheCondition_AreAlertsWithTheirWindow()
    {
        await PublishAsync("vwap > 2 and symbol <> 'S9'", _outputs.Windowed(3, (0, 4, 0), (1, 0, 1), (2, 1, 2)));

        var alerts = await _alerts.LatestAsync("vwap", 10, default);

        Assert.Equal(
            ["23:02 r2 {\"symbol\":\"S0\",\"window_start\":\"2026-01-31 23:02:00\",\"vwap\":202.5,\"volume\":0}", "23:00 r0 {\"symbol\":\"S3\",\"window_start\":\"2026-01-31 23:00:00\",\"vwap\":3.5,\"volume\":3}", "23:00 r0 {\"symbol\":\"S2\",\"window_start\":\"2026-01-31 23:00:00\",\"vwap\":2.5,\"volume\":2}"],
            alerts.Select(a => $"{a.WindowStart:HH:mm} r{a.Revision} {a.Row.GetRawText()}"));
        Assert.All(alerts, a => Assert.Equal(("dear", "vwap > 2 and symbol <> 'S9'", "input-2"), (a.Name, a.When, a.Partition)));
    }

    [Fact]
    public async Task Publish_TheSameTwice_IsOneAlert()
    {
        var output = _outputs.Rows(3, 2);
        await PublishAsync("vwap >= 4", output);
        await PublishAsync("vwap >= 4", output);

        Assert.Equal("S1", Assert.Single(await _alerts.LatestAsync("vwap", 10, default)).Row.GetProperty("symbol").GetString());
    }

    [Fact]
    public async Task Latest_ManyCommits_ComeLatestFirstAndNoMoreThanAsked()
    {
        for (var minute = 0; minute < 12; minute++)
            await PublishAsync("true", _outputs.Windowed(minute, (minute, 1, 0)));

        Assert.Equal([11, 10, 9], (await _alerts.LatestAsync("vwap", 3, default)).Select(a => a.WindowStart!.Value.Minute));
        Assert.Empty(await _alerts.LatestAsync("vwa", 3, default));
    }

    [Fact]
    public async Task Reset_FromATime_TakesBackWhatIsToldAgain()
    {
        for (var minute = 0; minute < 4; minute++)
            await PublishAsync("true", _outputs.Windowed(minute, (minute, 1, 0)));

        await Sink("true").ResetAsync(new StreamOrigin("vwap", 2, StreamStage.Input, 2, 0), Outputs.Minute(2), _fence, default);
        Assert.Equal([1, 0], (await _alerts.LatestAsync("vwap", 9, default)).Select(a => a.WindowStart!.Value.Minute));
        await Sink("true").ResetAsync(new StreamOrigin("vwap", 2, StreamStage.Input, 2, 0), null, _fence, default);
        Assert.Empty(await _alerts.LatestAsync("vwap", 9, default));
    }

    [Fact]
    public async Task Reset_FromATimeWithinACommit_LeavesTheWindowsOfBefore()
    {
        await PublishAsync("true", _outputs.Windowed(1, (0, 1, 0), (1, 1, 0), (2, 1, 0)));

        await Sink("true").ResetAsync(new StreamOrigin("vwap", 2, StreamStage.Input, 2, 0), Outputs.Minute(2), _fence, default);

        Assert.Equal([1, 0], (await _alerts.LatestAsync("vwap", 9, default)).Select(a => a.WindowStart!.Value.Minute));
    }

    [Fact]
    public async Task Reset_RowsFromATime_LosesNoneFromBeforeIt()
    {
        for (var commit = 1; commit <= 4; commit++)
            await PublishAsync("true", _outputs.Rows(commit, 1) with { Enqueued = Outputs.Minute(commit) });

        await Sink("true").ResetAsync(new StreamOrigin("vwap", 2, StreamStage.Input, 2, 0), Outputs.Minute(2) + 1, _fence, default);

        // The third commit is of the time between the second and the third minute.
        Assert.Equal([3, 2, 1], (await _alerts.LatestAsync("vwap", 9, default)).Select(a => a.Row.GetProperty("vwap").GetDouble()));
    }

    [Fact]
    public async Task Sweep_AMonthLater_RemovesThem()
    {
        await PublishAsync("true", _outputs.Windowed(1, (1, 1, 0)));
        await _alerts.SweepAsync(default);
        Assert.Single(await _alerts.LatestAsync("vwap", 9, default));
        using (_time.CreateTimer(_ => { }, null, AlertStore.Kept + TimeSpan.FromDays(1), Timeout.InfiniteTimeSpan)) await _alerts.SweepAsync(default);

        Assert.Empty(await _alerts.LatestAsync("vwap", 9, default));
    }

    [Fact]
    public async Task Publish_WithAWebhook_CallsItAfterTheAlertsAreKept()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Status = call => call == 1 ? 500 : 200;
        await PublishAsync("vwap > 1", _outputs.Rows(3, 150), $$""", "webhook": "{{receiver.Url}}" """);

        Assert.Equal(["vwap/1/input-2/3/alert-1/0", "vwap/1/input-2/3/alert-1/1"], receiver.Taken.Select(c => c.Key));
        Assert.Equal([100, 50], receiver.Taken.Select(c => JsonDocument.Parse(c.Body).RootElement.GetProperty("alerts").GetArrayLength()));
        Assert.Equal(150, (await _alerts.LatestAsync("vwap", 1_000, default)).Count);
    }

    [Theory]
    [InlineData("vwap > ", "It is no condition on the columns")]
    [InlineData("vwapp > 1", "vwapp")]
    [InlineData("vwap", "'vwap' is DOUBLE and not a condition")]
    [InlineData("random() > 0.5", "random gives another value at each call")]
    [InlineData("true) UNION ALL (SELECT * FROM output WHERE true", "It is no condition")]
    [InlineData("count(*) > 1", "It is no condition")]
    [InlineData("exists (select * from 'secrets.csv')", "It is no condition")]
    public void Read_WhatIsNoCondition_IsRefusedWithItsPlace(string when, string detail)
    {
        var fault = Assert.Single(Read(when, "").Faults);

        Assert.Equal("/alert/when", fault.Pointer);
        Assert.Contains(detail, fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AWebhookWithoutASecret_IsRefused()
    {
        Assert.Equal("/alert/secretSetting", Assert.Single(Read("vwap > 1", """, "webhook": "https://example.net" """).Faults).Pointer);
        Assert.Contains("no setting 'MISSING'", Assert.Single(Read("vwap > 1", """, "webhook": "https://example.net", "secretSetting": "MISSING" """).Faults).Detail, StringComparison.Ordinal);
        Assert.Empty(Read("vwap > 1", """, "webhook": "https://example.net", "secretSetting": "HOOK" """).Faults);
    }

    private async Task PublishAsync(string when, StreamOutput output, string more = "") => await Sink(when, more).PublishAsync(output, _fence, default);

    private IStreamSink Sink(string when, string more = "")
    {
        var (sink, faults) = Read(when, more);
        Assert.Empty(faults);
        return sink!;
    }

    private (IStreamSink? Sink, IReadOnlyList<SpecFault> Faults) Read(string when, string more)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["HOOK"] = "secret" }).Build();
        var faults = new List<SpecFault>();
        var reader = SpecReader.Open(JsonDocument.Parse($$"""{ "alert": { "name": "dear", "when": {{JsonSerializer.Serialize(when)}}{{more}} } }""").RootElement, faults);
        var sink = new AlertSinkKind(_alerts, new WebhookSinkKind(configuration, s_here, _client), _client).Read(reader, new StreamSinkContext("vwap", "trades", 1, true, Outputs.Columns));
        reader.End();
        return (sink, faults);
    }
}
