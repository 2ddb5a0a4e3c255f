using Pipeline.Benchmarks.Measuring;
using static Pipeline.Benchmarks.Measuring.PublishedFigure;

namespace Pipeline.Benchmarks.Training;

/// <summary>What the same training would come to on 64 instances, from what a sample costs here and published figures of the cloud.
/// A calculation, not a measurement.</summary>
internal static class CloudModel
{
    private const int Instances = 64;

    // The official host with the Azure Storage task hub, as it was measured on two cores: a hop of a chain, and activities of a fan-out.
    private const double HopMs = 26;
    private const double ActivityMs = 20;

    // A worker that waits looks for the others' blobs this often, and workers report once in so many rounds.
    private const double PauseMs = 50;
    private const int CheckpointEvery = 20;

    // Of a round: a write, eight reads, and some looks for what is not there yet.
    private const double RequestsAWorker = 16;

    public static void Write(TextWriter output, double computeMsPerSample, double bytes)
    {
        var table = new MarkdownTable("64 instances of one core, calculated", "a request, ms", "samples a round", "compute ms", "exchange ms", "orchestration ms", "samples/s", "times one core");
        foreach (var (title, samples, steps, averages) in new[] { ("synchronous, batch 4,096", 64, 1, false), ("synchronous, batch 16,384", 256, 1, false), ("synchronous, 16 accumulated", 64, 16, false), ("local-sgd, 64 steps", 64, 64, true) })
        {
            foreach (var request in new[] { StandardRequestAtBest.Low, StandardRequestAtWorst.High })
            {
                var transfer = request + (bytes / 1024 / 1024 / BlobBytesPerSecond.High * 1000);
                var compute = samples * steps * computeMsPerSample;
                // A worker writes one blob and reads the eight sums; eight workers first make these, of eight blobs each. Reads of a task go
                // side by side. Workers of one leg wait for each other by themselves; those that average are led round by round.
                var exchange = Math.Max((4 * transfer) + (averages ? 2 * transfer : PauseMs), Instances * RequestsAWorker / AccountRequestsPerSecond.High * 1000);
                var leg = ((averages ? 3 : 2) * HopMs) + ((Instances + (Instances / 8)) * ActivityMs);
                var rounds = averages ? 1 : Math.Clamp(Math.Floor(10 * leg / (compute + exchange)), 1, CheckpointEvery);
                var orchestration = leg / rounds;
                var perSecond = Instances * samples * steps / (compute + exchange + orchestration) * 1000;
                table.Row(
                    title, Figures.Readable(request), Figures.Readable(Instances * samples * steps), Figures.Readable(compute), Figures.Readable(exchange), Figures.Readable(orchestration),
                    Figures.Readable(perSecond), Figures.Number(perSecond * computeMsPerSample / 1000));
            }
        }

        table.WriteTo(output);
        output.WriteLine();
        PublishedFigure.Write(output, StandardRequestAtBest, StandardRequestAtWorst, BlobBytesPerSecond, AccountRequestsPerSecond);
        output.WriteLine();
        output.WriteLine($"Calculated from {Figures.Number(computeMsPerSample)} ms of compute a sample (measured above), {Figures.Readable(bytes / 1024)} KB a worker and round, the published "
            + $"figures, {HopMs} ms a hop and {ActivityMs} ms an activity of the Azure Storage task hub (the official host with Azurite, measured on two cores), {PauseMs} ms in which two waits "
            + "end. Synchronous workers report after ten times as long as giving 64 tasks out takes, or after "
            + $"{CheckpointEvery} rounds; larger batches pay.");
    }
}
