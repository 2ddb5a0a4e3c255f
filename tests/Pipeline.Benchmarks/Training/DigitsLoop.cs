using System.Diagnostics;
using static TorchSharp.torch;

namespace Pipeline.Benchmarks.Training;

/// <summary>A network that learns digits in a plain loop.</summary>
internal sealed class DigitsLoop : IDisposable
{
    private const int Batch = 512;

    private readonly byte[] _pixels;
    private readonly long[] _labels;
    private readonly bool _channelsLast;
    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly optim.Optimizer _optimizer;

    /// <param name="pixels">The images, a byte a pixel.</param>
    /// <param name="labels">Their labels.</param>
    /// <param name="channelsLast">Whether images lie in memory with their channels last.</param>
    /// <param name="poolFirst">Whether pooling comes before ReLU, which is the same network with less work.</param>
    public DigitsLoop(byte[] pixels, long[] labels, bool channelsLast, bool poolFirst)
    {
        (_pixels, _labels, _channelsLast) = (pixels, labels, channelsLast);
        nn.Module<Tensor, Tensor> First() => poolFirst ? nn.MaxPool2d(2) : nn.ReLU();
        nn.Module<Tensor, Tensor> Second() => poolFirst ? nn.ReLU() : nn.MaxPool2d(2);
        _network = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding: 1), First(), Second(), nn.Conv2d(16, 32, 3, padding: 1), First(), Second(), nn.Flatten(), nn.Linear(1568, 64), nn.ReLU(), nn.Linear(64, 10));
        _optimizer = optim.Adam(_network.parameters(), 0.003);
    }

    /// <summary>Learns from all digits once; gives samples a second.</summary>
    public double Epoch(int number, CancellationToken cancellationToken)
    {
        var order = Enumerable.Range(0, _labels.Length).ToArray();
        new Random(number).Shuffle(order);
        var started = Stopwatch.GetTimestamp();
        for (var first = 0; first < order.Length; first += Batch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Step(order.AsSpan(first, Math.Min(Batch, order.Length - first)));
        }
        return order.Length / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _network.Dispose();
    }

    private void Step(ReadOnlySpan<int> picked)
    {
        using var scope = NewDisposeScope();
        var (inputs, targets) = (new float[picked.Length * 784], new long[picked.Length]);
        for (var i = 0; i < picked.Length; i++)
        {
            for (var p = 0; p < 784; p++)
                inputs[(i * 784) + p] = _pixels[(picked[i] * 784) + p] * (1 / 255f);
            targets[i] = _labels[picked[i]];
        }
        var images = _channelsLast ? tensor(inputs, [picked.Length, 28, 28, 1]).permute(0, 3, 1, 2) : tensor(inputs, [picked.Length, 1, 28, 28]);
        _optimizer.zero_grad();
        nn.functional.cross_entropy(_network.forward(images), tensor(targets)).backward();
        _optimizer.step();
    }
}
