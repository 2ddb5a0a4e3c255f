using System.Numerics;
using Pipeline.Grid.Applications.Signal;

namespace Pipeline.Tests.Grid.Applications;

/// <summary>The transform against its definition.</summary>
public class FourierTransformTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(64)]
    [InlineData(512)]
    public void Forward_RandomNumbers_IsTheSumOfItsDefinition(int length)
    {
        var input = Random(length);

        var output = Transform(input);

        for (var k = 0; k < length; k++)
        {
            var sum = Complex.Zero;
            for (var n = 0; n < length; n++)
                sum += input[n] * Complex.FromPolarCoordinates(1, -2 * Math.PI * ((long)k * n % length) / length);
            Assert.True((sum - output[k]).Magnitude < 1e-10 * length, $"Bin {k}: {output[k]} instead of {sum}.");
        }
    }

    [Theory]
    [InlineData(256)]
    [InlineData(16_384)]
    public void Forward_KeepsTheEnergy_AsParsevalSays(int length)
    {
        var input = Random(length);
        Assert.Equal(input.Sum(z => z.Magnitude * z.Magnitude), Transform(input).Sum(z => z.Magnitude * z.Magnitude) / length, 1e-7);
    }

    [Fact]
    public void Forward_ACarrier_IsOneBin()
    {
        var output = Transform([.. Enumerable.Range(0, 1024).Select(n => Complex.FromPolarCoordinates(1, 2 * Math.PI * 37 * n / 1024))]);
        Assert.Equal(1024, output[37].Real, 1e-9);
        Assert.All(output.Index().Where(x => x.Index != 37), x => Assert.True(x.Item.Magnitude < 1e-9));
    }

    [Fact]
    public void Constructor_ALengthThatIsNoPowerOfTwo_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => new FourierTransform(100));

    private static Complex[] Random(int length)
    {
        var random = new Random(length);
        return [.. Enumerable.Range(0, length).Select(_ => new Complex(random.NextDouble() - 0.5, random.NextDouble() - 0.5))];
    }

    private static Complex[] Transform(Complex[] input)
    {
        var (real, imaginary) = (input.Select(z => z.Real).ToArray(), input.Select(z => z.Imaginary).ToArray());
        new FourierTransform(input.Length).Forward(ref real, ref imaginary);
        return [.. real.Zip(imaginary, (a, b) => new Complex(a, b))];
    }
}
