using Pipeline.Training;

namespace Pipeline.Tests.Training;

/// <summary>Metrics against values worked out by hand.</summary>
public class MetricsTests
{
    // Six samples of three classes, with the scores of each.
    private static readonly Predictions Three = new(3, [0, 0, 1, 1, 2, 2], [0.7f, 0.2f, 0.1f, 0.3f, 0.6f, 0.1f, 0.1f, 0.8f, 0.1f, 0.4f, 0.35f, 0.25f, 0.1f, 0.2f, 0.7f, 0.5f, 0.3f, 0.2f], 0);

    [Theory]
    [InlineData("accuracy", 3.0 / 6)]
    [InlineData("top-2", 5.0 / 6)]
    [InlineData("f1", ((2.0 / 5) + (2.0 / 4) + (2.0 / 3)) / 3)]
    public void Of_Classes_IsTheKnownValue(string metric, double value) => Assert.Equal(value, Metrics.Of(metric, Three), 6);

    [Fact]
    public void Of_AreaUnderTheCurve_IsTheShareOfPairsInOrderWithTiesHalf()
    {
        // Positives 0.8, 0.5, 0.2; negatives 0.5, 0.1: of six pairs four are in order, one is a tie.
        float[] scores = [0.8f, 0.5f, 0.2f, 0.5f, 0.1f];
        var predictions = new Predictions(2, [1, 1, 1, 0, 0], [.. scores.SelectMany(s => new[] { -s, s })], 0);

        Assert.Equal(4.5 / 6, Metrics.Of("auc", predictions), 6);
    }

    [Theory]
    [InlineData("mae", 1.25)]
    [InlineData("rmse", 1.5)]
    [InlineData("r2", 1 - (9.0 / 5))]
    public void Of_Quantities_IsTheKnownValue(string metric, double value) =>
        Assert.Equal(value, Metrics.Of(metric, new Predictions(1, [1, 2, 3, 4], [2, 2, 5, 2], 0)), 6);

    [Fact]
    public void Confusion_CountsWhatWasTakenForWhat() =>
        Assert.Equal(new[,] { { 1, 1, 0 }, { 1, 1, 0 }, { 1, 0, 1 } }, Metrics.Confusion(Three));

    [Theory]
    [InlineData("constant", 0, 1)]
    [InlineData("constant", 9, 1)]
    [InlineData("cosine", 2, 1)]
    [InlineData("cosine", 6, 0.5)]
    [InlineData("cosine", 10, 0)]
    [InlineData("step", 2, 1)]
    [InlineData("step", 4.99, 1)]
    [InlineData("step", 5, 0.1)]
    [InlineData("step", 8, 0.01)]
    public void At_PointOfASchedule_IsTheKnownShare(string type, double epoch, double share)
    {
        var schedule = new ScheduleSpec(type, WarmupEpochs: type == "constant" ? 0 : 2, Every: 3);

        Assert.Equal(share, schedule.At(epoch, 10), 6);
    }

    [Fact]
    public void At_WarmUp_RisesFromNearlyNothing()
    {
        var schedule = new ScheduleSpec("cosine", WarmupEpochs: 2);

        Assert.InRange(schedule.At(0, 10), 1e-6, 0.01);
        Assert.Equal(0.5, schedule.At(1, 10), 6);
    }
}
