using System.Numerics;

namespace Pipeline.Grid.Applications.Signal;

/// <summary>
/// Looks at a block at one drift rate with transforms of one length. The drift is taken out by multiplication with a chirp, so that a
/// signal with that drift stays in one bin; spectra of overlapping stretches under Hann's window give the power in time and frequency.
/// </summary>
internal sealed class SignalSearch(SignalUnit unit, Samples samples)
{
    /// <summary>Of how many parts of the band the strongest detection of each kind is told.</summary>
    public const int Slots = 256;

    // Widths of gaussians, in hops; a block holds several of the widest.
    private static readonly int[] s_widths = [2, 4, 8];
    private const int LeastSpectraForGaussians = 64;

    private readonly double[] _real = new double[unit.Count];
    private readonly double[] _imaginary = new double[unit.Count];
    private double? _drift;

    /// <summary>The strongest of each kind in each part of the band.</summary>
    public List<Detection> Run(int driftNumber, int length, CancellationToken cancellationToken)
    {
        var drift = driftNumber * unit.DriftStep;
        if (_drift != drift)
            TakeOut(drift);
        _drift = drift;
        var (powers, spectra) = Powers(length, cancellationToken);
        var found = new Dictionary<(string Kind, int Slot), Detection>();
        Spikes(powers, spectra, length, drift, found);
        if (spectra >= LeastSpectraForGaussians)
            Gaussians(powers, spectra, length, drift, found, cancellationToken);
        return [.. found.OrderBy(f => f.Key.Kind, StringComparer.Ordinal).ThenBy(f => f.Key.Slot).Select(f => f.Value)];
    }

    private void TakeOut(double drift)
    {
        for (var i = 0; i < unit.Count; i++)
        {
            var t = i / unit.Rate;
            var (sin, cos) = Math.SinCos(-2 * Math.PI * Math.IEEERemainder(drift * t * t / 2, 1));
            var (a, b) = (samples.InPhase[i], samples.Quadrature[i]);
            (_real[i], _imaginary[i]) = (a * cos - b * sin, a * sin + b * cos);
        }
    }

    // A spectrum a hop, one after the other, as parts of their mean.
    private (double[] Powers, int Spectra) Powers(int length, CancellationToken cancellationToken)
    {
        var transform = new FourierTransform(length);
        var window = new double[length];
        for (var i = 0; i < length; i++)
            window[i] = 0.5 - 0.5 * Math.Cos(2 * Math.PI * (i + 0.5) / length);
        var hop = length / 2;
        var spectra = (unit.Count - length) / hop + 1;
        var powers = new double[spectra * length];
        var (real, imaginary) = (new double[length], new double[length]);
        var total = 0.0;
        for (var spectrum = 0; spectrum < spectra; spectrum++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var i = 0; i < length; i++)
                (real[i], imaginary[i]) = (_real[spectrum * hop + i] * window[i], _imaginary[spectrum * hop + i] * window[i]);
            transform.Forward(ref real, ref imaginary);
            for (var i = 0; i < length; i++)
                total += powers[spectrum * length + i] = real[i] * real[i] + imaginary[i] * imaginary[i];
        }
        // Silence has nothing in it.
        var scale = total > 0 ? powers.Length / total : 0;
        foreach (ref var power in powers.AsSpan())
            power *= scale;
        return (powers, spectra);
    }

    private void Spikes(double[] powers, int spectra, int length, double drift, Dictionary<(string, int), Detection> found)
    {
        for (var spectrum = 0; spectrum < spectra; spectrum++)
        {
            for (var bin = 0; bin < length; bin++)
            {
                if (powers[spectrum * length + bin] is var power && power > unit.Spike)
                    Add(found, Detection.Spike, length, bin, drift, spectrum, null, power, unit.Spike);
            }
        }
    }

    // A matched filter: the power that stands out, weighed with a bell. The noise's power has the mean 1 and the deviation 1.
    private void Gaussians(double[] powers, int spectra, int length, double drift, Dictionary<(string, int), Detection> found, CancellationToken cancellationToken)
    {
        var sums = new double[length];
        foreach (var width in s_widths)
        {
            var reach = 3 * width;
            var weights = new double[2 * reach + 1];
            for (var i = -reach; i <= reach; i++)
                weights[i + reach] = Math.Exp(-(double)i * i / (2 * width * width));
            var norm = Math.Sqrt(weights.Sum(w => w * w));
            var weight = weights.Sum() / norm;
            for (var middle = reach; middle < spectra - reach; middle++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Array.Fill(sums, -weight);
                for (var i = -reach; i <= reach; i++)
                    Accumulate(sums, powers.AsSpan((middle + i) * length, length), weights[i + reach] / norm);
                for (var bin = 0; bin < length; bin++)
                {
                    if (sums[bin] > unit.Gaussian)
                        Add(found, Detection.Gaussian, length, bin, drift, middle, width, sums[bin], unit.Gaussian);
                }
            }
        }
    }

    private static void Accumulate(Span<double> sums, ReadOnlySpan<double> powers, double weight)
    {
        for (var k = 0; k < sums.Length; k += Vector<double>.Count)
            (new Vector<double>(sums[k..]) + new Vector<double>(powers[k..]) * weight).CopyTo(sums[k..]);
    }

    private void Add(Dictionary<(string, int), Detection> found, string kind, int length, int bin, double drift, int spectrum, int? width, double power, double threshold)
    {
        var slot = (int)((long)bin * Slots / length);
        if (found.TryGetValue((kind, slot), out var known) && known.Power >= power)
            return;
        var hop = length / 2;
        found[(kind, slot)] = new Detection(kind, length, (bin < length / 2 ? bin : bin - length) * unit.Rate / length, drift,
            (unit.First + (long)spectrum * hop + hop) / unit.Rate, width * hop / unit.Rate, power, threshold);
    }
}
