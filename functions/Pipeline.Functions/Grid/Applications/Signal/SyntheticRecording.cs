namespace Pipeline.Grid.Applications.Signal;

/// <summary>A recording from a seed: noise of power 1, and signals in it. A sample's place gives the sample, so any stretch can be made
/// anywhere.</summary>
/// <param name="Seed">The seed of the noise.</param>
/// <param name="Signals">What is in the noise.</param>
internal sealed record SyntheticRecording(long Seed, IReadOnlyList<SyntheticSignal> Signals)
{
    /// <summary>A stretch of it.</summary>
    public Samples Make(long first, int count, double rate)
    {
        var (real, imaginary) = (new double[count], new double[count]);
        for (var i = 0; i < count; i++)
        {
            // Box and Muller's transformation; a half of the power is in each part.
            var random = new SplitMix(Seed, first + i);
            var radius = Math.Sqrt(-Math.Log(1 - random.Uniform()));
            var (sin, cos) = Math.SinCos(2 * Math.PI * random.Uniform());
            (real[i], imaginary[i]) = (radius * cos, radius * sin);
        }
        foreach (var signal in Signals)
        {
            for (var i = 0; i < count; i++)
            {
                var t = (first + i) / rate;
                var away = signal.Width is { } width ? (t - signal.Time!.Value) / width : 0;
                var amplitude = Math.Sqrt(signal.Power * Math.Exp(-away * away / 2));
                // Only what is behind the point counts of the number of turns.
                var turns = Math.IEEERemainder(signal.Frequency * t + signal.Drift * t * t / 2, 1);
                var (sin, cos) = Math.SinCos(2 * Math.PI * turns);
                real[i] += amplitude * cos;
                imaginary[i] += amplitude * sin;
            }
        }
        return new Samples(real, imaginary);
    }
}
