using Pipeline.Benchmarks.Measuring;

namespace Pipeline.Benchmarks.Training;

/// <summary>What the same training would come to on 64 instances, from what a sample costs here and published figures of the cloud.
/// A calculation, not a measurement.</summary>
internal static class CloudModel
{
    private const int Instances = 64;

    // Block blobs, same region, hot tier: the usual latency of a small request, and the bandwidth of one blob (Azure's scalability
    // targets promise up to 500 MB/s an account region-wide; one stream of a small instance reaches about this).
    private const double RequestMs = 15;
    private const double MegabytesPerSecond = 60;

    // The official host with the Azure Storage task hub, as it was measured on two cores: a hop of a chain, and activities of a fan-out.
    private const double HopMs = 26;
    private const double ActivityMs = 20;

    // A worker that waits looks for the others' blobs this often, and workers report once in so many rounds.
    private const double PauseMs = 50;
    private const int CheckpointEvery = 20;

    public static void Write(TextWriter output, double computeMsPerSample, double bytes)
    {
        var transfer = RequestMs + (bytes / 1024 / 1024 / MegabytesPerSecond * 1000);
        var table = new MarkdownTable("64 instances of one core, calculated", "samples a round", "compute ms", "exchange ms", "orchestration ms", "samples/s", "times one core");
        foreach (var (title, samples, steps, averages) in new[] { ("synchronous, batch 4,096", 64, 1, false), ("synchronous, batch 16,384", 256, 1, false), ("synchronous, 16 accumulated", 64, 16, false), ("local-sgd, 64 steps", 64, 64, true) })
        {
            var compute = samples * steps * computeMsPerSample;
            // A worker writes one blob and reads the eight sums; eight workers first make these, of eight blobs each. Reads of a task go
            // side by side. Workers of one leg wait for each other by themselves; those that average are led round by round.
            var exchange = (4 * transfer) + (averages ? 2 * transfer : PauseMs);
            var leg = ((averages ? 3 : 2) * HopMs) + ((Instances + (Instances / 8)) * ActivityMs);
            var rounds = averages ? 1 : Math.Clamp(Math.Floor(10 * leg / (compute + exchange)), 1, CheckpointEvery);
            var orchestration = leg / rounds;
            var perSecond = Instances * samples * steps / (compute + exchange + orchestration) * 1000;
            table.Row(
                title, Figures.Readable(Instances * samples * steps), Figures.Readable(compute), Figures.Readable(exchange), Figures.Readable(orchestration),
                Figures.Readable(perSecond), Figures.Number(perSecond * computeMsPerSample / 1000));
        }
        table.WriteTo(output);
        output.WriteLine();
        output.WriteLine($"Calculated from {Figures.Number(computeMsPerSample)} ms of compute a sample (measured above), {Figures.Readable(bytes / 1024)} KB a worker and round, "
            + $"{RequestMs} ms a storage request, {MegabytesPerSecond} MB/s a stream, {HopMs} ms a hop and {ActivityMs} ms an activity of the Azure Storage task hub, {PauseMs} ms in which two waits end. Synchronous workers report after ten times as long as giving 64 tasks out takes, or after {CheckpointEvery} rounds; larger batches pay.");
    }
}
