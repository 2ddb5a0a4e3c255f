using System.Runtime.InteropServices;

namespace Pipeline.Training;

/// <summary>Makes a network's inputs and targets of samples: scales, one-hot encodes, shifts and flips.</summary>
internal sealed class BatchMaker
{
    private readonly DataSpec _data;
    private readonly AugmentSpec? _augment;
    private readonly Scaling _scaling;
    private readonly ulong _seed;

    public BatchMaker(DataSpec data, Scaling scaling, AugmentSpec? augment = null, long seed = 0)
    {
        (_data, _augment, _scaling, _seed) = (data, augment, scaling, (ulong)seed);
        InputWidth = data.InputShape().Aggregate(1, (a, b) => a * b);
    }

    /// <summary>Numbers of one input.</summary>
    public int InputWidth { get; }

    /// <summary>The shape of some inputs together.</summary>
    public long[] Shape(int count) => [count, .. _data.InputShape().Select(s => (long)s)];

    /// <summary>Inputs and targets of some samples.</summary>
    /// <param name="samples">The samples of a shard.</param>
    /// <param name="positions">Which of them.</param>
    /// <param name="shard">The number of the shard.</param>
    /// <param name="epoch">The epoch, from which the variation follows; null for samples as they are.</param>
    public (float[] Inputs, float[] Targets) Make(Samples samples, ReadOnlySpan<int> positions, int shard, int? epoch)
    {
        var (inputs, targets) = (new float[positions.Length * InputWidth], new float[positions.Length]);
        Make(samples, positions, shard, epoch, inputs, targets);
        return (inputs, targets);
    }

    /// <summary>The same, written over what is there.</summary>
    public void Make(Samples samples, ReadOnlySpan<int> positions, int shard, int? epoch, Span<float> inputs, Span<float> targets)
    {
        inputs.Clear();
        for (var i = 0; i < positions.Length; i++)
        {
            var input = inputs.Slice(i * InputWidth, InputWidth);
            var position = positions[i];
            if (_data.Image is { } image)
                Picture(CollectionsMarshal.AsSpan(samples.Pixels).Slice(position * samples.Width, samples.Width), input, image, shard, position, epoch);
            else
                Numbers(CollectionsMarshal.AsSpan(samples.Numbers).Slice(position * samples.Width, samples.Width), input);
            targets[i] = (float)((samples.Labels[position] - _scaling.LabelMean) / _scaling.LabelDeviation);
        }
    }

    private void Numbers(ReadOnlySpan<float> raw, Span<float> input)
    {
        var at = 0;
        for (var f = 0; f < raw.Length; f++)
        {
            var feature = _data.Features[f];
            if (feature.OneHot is null)
                input[at] = _scaling.Means.Count == 0 ? raw[f] : (float)((raw[f] - _scaling.Means[f]) / _scaling.Deviations[f]);
            else
                input[at + (int)raw[f]] = 1;
            at += feature.Width;
        }
    }

    private void Picture(ReadOnlySpan<byte> raw, Span<float> input, ImageSpec image, int shard, int position, int? epoch)
    {
        var (across, down, mirrored) = (0, 0, false);
        if (_augment is { } augment && epoch is { } pass)
        {
            var random = new SeededRandom(SeededRandom.Mix(_seed, 0x617567, (ulong)pass, (ulong)shard, (ulong)position));
            across = random.Below((2 * augment.Shift) + 1) - augment.Shift;
            down = random.Below((2 * augment.Shift) + 1) - augment.Shift;
            mirrored = augment.Flip && random.Below(2) == 1;
        }
        var plane = image.Width * image.Height;
        for (var channel = 0; channel < image.Channels; channel++)
        {
            for (var y = Math.Max(0, down); y < Math.Min(image.Height, image.Height + down); y++)
            {
                var row = raw.Slice((channel * plane) + ((y - down) * image.Width), image.Width);
                var target = input.Slice((channel * plane) + (y * image.Width), image.Width);
                for (var x = Math.Max(0, across); x < Math.Min(image.Width, image.Width + across); x++)
                {
                    var from = x - across;
                    target[x] = row[mirrored ? image.Width - 1 - from : from] * (1 / 255f);
                }
            }
        }
    }
}
