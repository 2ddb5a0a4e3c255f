using Pipeline.Training;

namespace Pipeline.Tests.Training;

/// <summary>From samples to inputs: scaled, one-hot encoded, shifted and flipped; what becomes of a sample follows from the seed, the
/// epoch and the sample alone.</summary>
public class BatchMakerTests
{
    [Fact]
    public void Make_Numbers_AreScaledAndOneHotEncoded()
    {
        var data = new DataSpec("d", [new("x", null), new("k", 3)], null, new LabelSpec("y", [], false), null, null, 0.1, true);
        var samples = new Samples(2, isImage: false);
        samples.Numbers.AddRange([7, 2, 3, 0]);
        samples.Labels.AddRange([10, 30]);

        var (inputs, targets) = new BatchMaker(data, new Scaling([5, 0], [2, 1], 20, 10)).Make(samples, [0, 1], 0, null);

        Assert.Equal([1, 0, 0, 1, -1, 1, 0, 0], inputs);
        Assert.Equal([-1, 1], targets);
    }

    [Fact]
    public void Make_Images_AreBetweenZeroAndOne()
    {
        var (maker, samples) = Images(null);

        Assert.Equal(Enumerable.Range(0, 9).Select(i => i * 25 * (1 / 255f)), maker.Make(samples, [0], 0, epoch: 3).Inputs);
    }

    [Fact]
    public void Make_VariedImages_AreTheSameForWhoeverAsks()
    {
        var (maker, samples) = Images(new AugmentSpec(1, true));
        var (other, _) = Images(new AugmentSpec(1, true));

        var together = maker.Make(samples, [0, 1, 2], 4, epoch: 3).Inputs;
        var apart = new[] { 0, 1, 2 }.SelectMany(i => other.Make(samples, [i], 4, epoch: 3).Inputs);

        Assert.Equal(together, apart);
        Assert.NotEqual(together, maker.Make(samples, [0, 1, 2], 4, epoch: 4).Inputs);
        Assert.NotEqual(together, maker.Make(samples, [0, 1, 2], 5, epoch: 3).Inputs);
    }

    [Fact]
    public void Make_ShiftedImages_MoveWholeAndFillWithNothing()
    {
        var (maker, samples) = Images(new AugmentSpec(1, false));
        var seen = new HashSet<string>();
        for (var epoch = 0; epoch < 200; epoch++)
            seen.Add(string.Join(',', maker.Make(samples, [0], 0, epoch).Inputs.Select(v => Math.Round(v * 255 / 25))));

        Assert.Equal(9, seen.Count);
        Assert.Contains("0,1,2,3,4,5,6,7,8", seen);
        Assert.Contains("0,0,0,0,0,1,0,3,4", seen);
        Assert.Contains("4,5,0,7,8,0,0,0,0", seen);
    }

    private static (BatchMaker, Samples) Images(AugmentSpec? augment)
    {
        var data = new DataSpec("d", [], new ImageSpec("p", 3, 3, 1), new LabelSpec("y", ["0", "1"], false), null, null, 0.1, false);
        var samples = new Samples(9, isImage: true);
        for (var i = 0; i < 3; i++)
        {
            samples.Pixels.AddRange(Enumerable.Range(0, 9).Select(p => (byte)(p * 25)));
            samples.Labels.Add(i % 2);
        }
        return (new BatchMaker(data, Scaling.None, augment, seed: 5), samples);
    }
}
