using System.Numerics;

namespace Pipeline.Grid.Applications.Signal;

/// <summary>The discrete Fourier transform of a power of two of complex numbers: Stockham's form of the fast one, which needs no
/// reordering and, from the third stage on, works on whole vectors.</summary>
internal sealed class FourierTransform
{
    private readonly double[] _cosines;
    private readonly double[] _sines;
    private double[] _real;
    private double[] _imaginary;

    public FourierTransform(int length)
    {
        if (!BitOperations.IsPow2(length))
            throw new ArgumentOutOfRangeException(nameof(length), length, "The length must be a power of two.");
        Length = length;
        (_real, _imaginary) = (new double[length], new double[length]);
        (_cosines, _sines) = (new double[length / 2], new double[length / 2]);
        for (var i = 0; i < length / 2; i++)
            (_sines[i], _cosines[i]) = Math.SinCos(-2 * Math.PI * i / length);
    }

    public int Length { get; }

    /// <summary>Transforms in place; the arrays may be exchanged for others.</summary>
    public void Forward(ref double[] real, ref double[] imaginary)
    {
        // Each stage joins pairs of transforms of half the length; `run` of them lie beside each other.
        for (int half = Length / 2, run = 1; half >= 1; half /= 2, run *= 2)
        {
            for (var j = 0; j < half; j++)
            {
                var (c, s) = (_cosines[j * run], _sines[j * run]);
                Join(run, c, s,
                    real.AsSpan(j * run, run), imaginary.AsSpan(j * run, run), real.AsSpan((j + half) * run, run), imaginary.AsSpan((j + half) * run, run),
                    _real.AsSpan(2 * j * run, 2 * run), _imaginary.AsSpan(2 * j * run, 2 * run));
            }
            (real, _real) = (_real, real);
            (imaginary, _imaginary) = (_imaginary, imaginary);
        }
    }

    private static void Join(int run, double c, double s, ReadOnlySpan<double> ar, ReadOnlySpan<double> ai, ReadOnlySpan<double> br, ReadOnlySpan<double> bi, Span<double> real, Span<double> imaginary)
    {
        var k = 0;
        var sumR = real[..run];
        var sumI = imaginary[..run];
        var turnR = real[run..];
        var turnI = imaginary[run..];
        for (; k <= run - Vector<double>.Count; k += Vector<double>.Count)
        {
            var (a, b, x, y) = (new Vector<double>(ar[k..]), new Vector<double>(ai[k..]), new Vector<double>(br[k..]), new Vector<double>(bi[k..]));
            (a + x).CopyTo(sumR[k..]);
            (b + y).CopyTo(sumI[k..]);
            var (dr, di) = (a - x, b - y);
            (dr * c - di * s).CopyTo(turnR[k..]);
            (dr * s + di * c).CopyTo(turnI[k..]);
        }
        for (; k < run; k++)
        {
            var (dr, di) = (ar[k] - br[k], ai[k] - bi[k]);
            (sumR[k], sumI[k]) = (ar[k] + br[k], ai[k] + bi[k]);
            (turnR[k], turnI[k]) = (dr * c - di * s, dr * s + di * c);
        }
    }
}
