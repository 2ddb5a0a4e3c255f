using Pipeline.Streams;

namespace Pipeline.Tests.Streams;

/// <summary>What becomes of each event of a partition, one by one and in order.</summary>
public class EventIntakeTests
{
    private const long Minute = 60_000_000;

    [Fact]
    public void Take_EventsKnownAlready_ChangesNothing()
    {
        var intake = Intake(state: new PartitionState { Commit = 1, LastSequence = 10 });

        Take(intake, 9, "12:00:00");
        Take(intake, 10, "12:00:00");
        Assert.False(intake.IsDirty);
        Take(intake, 11, "12:00:00");

        Assert.Equal(11, intake.LastSequence);
        Assert.Equal(1, intake.Batch.Count);
        Assert.Equal(1, intake.Counters.Events);
    }

    [Fact]
    public void Take_EventBehindTheWatermark_IsLateOnlyOnceItsWindowIsFinal()
    {
        var intake = Intake(""", "watermark": { "delay": "10s" }, "late": { "allowed": "30s" }""");

        Take(intake, 0, "12:00:59");
        Take(intake, 1, "12:01:39"); // the watermark is now 12:01:29: the first minute is corrected until 12:01:30
        Take(intake, 2, "12:00:10");
        Assert.Equal(0, intake.Counters.Late);
        Take(intake, 3, "12:01:40");
        Take(intake, 4, "12:00:10");

        Assert.Equal(new StreamCounters(Events: 5, Late: 1, Dropped: 1), intake.Counters);
        Assert.Equal(4, intake.Batch.Count);
        Assert.Equal(Time("12:01:30"), intake.Watermark);
    }

    [Fact]
    public void Take_HowEventsAreDelivered_DoesNotChangeWhatIsLate()
    {
        var random = new Random(17);
        var events = Enumerable.Range(0, 500).Select(i => Specs.Event(i, $$"""{"t":"2026-01-31T12:{{random.Next(60):D2}}:00Z"}""")).ToList();

        var whole = Intake();
        foreach (var taken in events) whole.Take(taken);

        var state = new PartitionState();
        var batches = 0;
        foreach (var cut in events.Chunk(7))
        {
            var part = Intake(state: state);
            // Each delivery twice, and with events of the one before.
            foreach (var taken in events.Take((int)cut[^1].SequenceNumber + 1)) part.Take(taken);
            foreach (var taken in cut) part.Take(taken);
            batches += part.Batch.Count;
            state = new PartitionState { Commit = state.Commit + 1, LastSequence = part.LastSequence, MaxEventTime = part.MaxEventTime, Watermark = part.Watermark, Counters = part.Counters };
        }

        Assert.Equal(whole.Counters, state.Counters);
        Assert.Equal(whole.Batch.Count, batches);
        Assert.True(state.Counters.Late > 100);
    }

    [Fact]
    public void Take_LateEventsWithASideOutput_KeepsThem()
    {
        var intake = Intake(""", "late": { "then": "side-output", "dataset": "late" }""");

        Take(intake, 0, "12:05:00");
        Take(intake, 1, "12:00:00");

        Assert.Equal(new StreamCounters(Events: 2, Late: 1), intake.Counters);
        Assert.Equal(1, intake.Late.Count);
        Assert.Equal(1, intake.Batch.Count);
    }

    [Theory]
    [InlineData("{", "not well-formed JSON")]
    [InlineData("{}", "no event time")]
    [InlineData("""{"t":"2026-02-01T12:00:01Z"}""", "more than 1d ahead")]
    [InlineData("""{"t":true}""", "not TIMESTAMP")]
    public void Take_PoisonEvent_GoesToQuarantineAndHoldsNothingUp(string body, string reason)
    {
        var intake = Intake();

        intake.Take(Specs.Event(5, body));
        Take(intake, 6, "12:00:00");

        var poison = Assert.Single(intake.Poison);
        Assert.Contains(reason, poison.Reason, StringComparison.OrdinalIgnoreCase);
        Assert.Equal((3, 5L, "500", body), (poison.Partition, poison.SequenceNumber, poison.Offset, poison.Body));
        Assert.Equal(1, intake.Batch.Count);
        Assert.Equal(new StreamCounters(Events: 2, DeadLettered: 1), intake.Counters);
    }

    [Fact]
    public void Take_EventsWhoseSchemaChangesMidStream_KeepsThoseThatCanBeReadAndQuarantinesOthersWithTheColumn()
    {
        var spec = Specs.OfColumns("\"t\": \"TIMESTAMP\", \"price\": \"DOUBLE\"", ", \"eventTime\": \"t\"");
        var intake = new EventIntake(spec, "t", new StreamStart(Earliest: true), time => time + Minute, partition: 3, new PartitionState());

        string[] bodies = ["\"price\":1.5", "\"price\":2,\"venue\":{\"id\":7}", "\"cost\":3", "\"price\":\"4.5 EUR\"", "\"price\":5"];
        foreach (var (at, body) in bodies.Index())
            intake.Take(Specs.Event(at, $$"""{"t":"2026-01-31T12:00:00Z",{{body}}}"""));

        Assert.Equal(4, intake.Batch.Count);
        Assert.Equal([1.5, 2, 0, 5], intake.Batch.Columns[1].Values<double>().ToArray());
        Assert.False(intake.Batch.Columns[1].IsValid(2));
        var poison = Assert.Single(intake.Poison);
        Assert.Equal(3, poison.SequenceNumber);
        Assert.Contains("'price'", poison.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Take_EventThatIsTooLarge_GoesToQuarantine()
    {
        var intake = Intake();
        intake.Take(new StreamEvent(new byte[1024 * 1024 + 1], 0, 0, "0"));
        Assert.Contains("at most", Assert.Single(intake.Poison).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Take_EventsBeforeTheStart_ArePassedOver()
    {
        var start = new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
        var intake = Intake(start: new StreamStart(Time: start));

        intake.Take(Specs.Event(7, """{"t":"2026-01-31T11:59:00Z"}""", start.AddTicks(-10)));
        intake.Take(Specs.Event(8, """{"t":"2026-01-31T12:00:00Z"}""", start));

        Assert.Equal(1, intake.Counters.Events);
        Assert.Equal(8, intake.LastSequence);
    }

    private static void Take(EventIntake intake, long sequence, string time) => intake.Take(Specs.Event(sequence, $$"""{"t":"2026-01-31T{{time}}Z"}"""));

    private static long Time(string time) => Micros.Of(DateTimeOffset.Parse($"2026-01-31T{time}Z", System.Globalization.CultureInfo.InvariantCulture));

    private static EventIntake Intake(string more = "", PartitionState? state = null, StreamStart? start = null) => new(
        Specs.OfColumns("\"t\": \"TIMESTAMP\"", ", \"eventTime\": \"t\"" + more), "t", start ?? new StreamStart(Earliest: true),
        time => time / Minute * Minute + Minute, partition: 3, state ?? new PartitionState());
}
