using CsCheck;
using Pipeline.Training;

namespace Pipeline.Tests.Training;

/// <summary>What workers send each other: exact, at half precision, or the largest values with the rest kept for later.</summary>
public class ContributionTests
{
    private const int Seed = 5;

    [Fact]
    public void ToBytes_Exact_ComesBackBitByBit()
    {
        Piece[] pieces = [Random(3, 0, 2), Random(3, 2, 3)];

        var back = Contribution.FromBytes(Contribution.ToBytes(pieces, new ExchangeSpec(), 3));

        Assert.Equal(pieces.Select(p => (p.Low, p.High, p.Weight, p.Loss)), back.Select(p => (p.Low, p.High, p.Weight, p.Loss)));
        Assert.Equal(pieces.SelectMany(p => p.Values), back.SelectMany(p => p.Values));
    }

    [Fact]
    public void ToBytes_HalfPrecision_IsHalfAsLongAndNear()
    {
        var piece = Random(10_000, 0, 1);

        var bytes = Contribution.ToBytes([piece], new ExchangeSpec("fp16"), 10_000);
        var back = Contribution.FromBytes(bytes)[0];

        Assert.InRange(bytes.Length, 20_000, 20_200);
        foreach (var (sent, received) in piece.Values.Zip(back.Values))
            Assert.InRange(received, sent - Math.Abs(sent * 0.001f) - 1e-5f, sent + Math.Abs(sent * 0.001f) + 1e-5f);
    }

    [Fact]
    public void ToBytes_LargestOnly_SendsThemAndKeepsTheRest()
    {
        var piece = new Piece(0, 1, 2, 0, [2, -20, 4, 0.2f, 100]);
        var residual = new float[] { 0, 0, 0, 30 };

        var back = Contribution.FromBytes(Contribution.ToBytes([piece], new ExchangeSpec("top-k", 0.5), 4, residual))[0];

        // Means are 1, -10, 2, 0.1; with what was left over the last is 30.1. The value behind the four is not thinned out.
        Assert.Equal([0, -20, 0, 60.2, 100], back.Values.Select(v => Math.Round(v, 4)));
        Assert.Equal([1, 0, 2, 0], residual);
    }

    [Fact]
    public void ToBytes_LargestOnly_SendsThoseThatSortingFinds() => Gen.Select(Gen.Int[-40, 40].Array[1, 60], Gen.Double[0.01, 1]).Sample((tenths, share) =>
    {
        var values = tenths.Select(t => t / 10f).ToArray();
        var residual = new float[values.Length];
        // Among equals the first, as this sort keeps their order.
        var largest = Enumerable.Range(0, values.Length).OrderByDescending(i => Math.Abs(values[i])).Take(Math.Max(1, (int)Math.Ceiling(share * values.Length))).ToHashSet();

        var back = Contribution.FromBytes(Contribution.ToBytes([new Piece(0, 1, 1, 0, values)], new ExchangeSpec("top-k", share), values.Length, residual))[0];

        Assert.Equal(values.Select((v, i) => largest.Contains(i) ? v : 0), back.Values);
        Assert.Equal(values.Select((v, i) => largest.Contains(i) ? 0 : v), residual);
    });

    [Fact]
    public void ToBytes_LargestOnlyForLong_LosesNothing()
    {
        var random = new SeededRandom(Seed);
        var (residual, wanted, sent) = (new float[50], new double[50], new double[50]);
        for (var round = 0; round < 400; round++)
        {
            var values = new float[50];
            for (var i = 0; i < 50; i++)
                wanted[i] += values[i] = (float)random.Fraction() * (i % 5);
            var back = Contribution.FromBytes(Contribution.ToBytes([new Piece(0, 1, 1, 0, values)], new ExchangeSpec("top-k", 0.1), 50, residual))[0];
            for (var i = 0; i < 50; i++)
                sent[i] += back.Values[i];
        }

        for (var i = 0; i < 50; i++)
            Assert.Equal(wanted[i], sent[i] + residual[i], 0.01);
    }

    [Fact]
    public void FromBytes_AnyByteChanged_IsNoticed()
    {
        var bytes = Contribution.ToBytes([Random(4, 0, 1)], new ExchangeSpec(), 4);

        for (var i = 0; i < bytes.Length; i++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[i] ^= 0x10;
            Assert.Throws<InvalidDataException>(() => Contribution.FromBytes(damaged));
        }
        Assert.Throws<InvalidDataException>(() => Contribution.FromBytes(bytes[..^1]));
        Assert.Throws<InvalidDataException>(() => Contribution.FromBytes([]));
    }

    private static Piece Random(int count, int low, int high)
    {
        var random = new SeededRandom(SeededRandom.Mix(Seed, (ulong)low));
        return new Piece(low, high, 3, random.Fraction(), [.. Enumerable.Range(0, count).Select(_ => (float)((random.Fraction() - 0.5) * 20))]);
    }
}
