using System.Globalization;
using Pipeline.Jobs;

namespace Pipeline.Grid.Applications.Signal;

/// <summary>A carrier in a synthetic recording.</summary>
/// <param name="Frequency">Its frequency at the recording's start, in Hz, from minus to plus half the rate.</param>
/// <param name="Drift">How its frequency changes, in Hz a second.</param>
/// <param name="Power">Its power at its strongest, where the noise has 1.</param>
/// <param name="Time">When it is strongest, in seconds; null for a carrier of constant power.</param>
/// <param name="Width">The standard deviation of its power in time, in seconds; a carrier that is passed by a telescope's beam.</param>
internal sealed record SyntheticSignal(double Frequency, double Drift, double Power, double? Time = null, double? Width = null)
{
    private const double HighestFrequency = 1e9 / 2;

    public static SyntheticSignal Read(SpecReader spec, double rate)
    {
        var signal = new SyntheticSignal(
            spec.Number("frequency", -HighestFrequency, HighestFrequency, required: true, about: "Its frequency at the start, in Hz, up to half the rate either way.") ?? 0,
            spec.Number("drift", -1e6, 1e6, 0, "How its frequency changes, in Hz a second."),
            spec.Number("power", 0, 1e6, required: true, about: "Its power at its strongest, where the noise has 1.") ?? 0,
            spec.Number("time", 0, 1e9, about: "When it is strongest, in seconds; constant where it is absent."),
            spec.Number("width", 1e-6, 1e9, about: "The standard deviation of its power in time, in seconds."));
        if (Math.Abs(signal.Frequency) > rate / 2)
            spec.Fault("frequency", string.Create(CultureInfo.InvariantCulture, $"{signal.Frequency} is outside {-rate / 2} to {rate / 2}."));
        if (signal.Time is null != signal.Width is null)
            spec.Fault(signal.Time is null ? "time" : "width", "A signal that comes and goes has a 'time' and a 'width'; one that stays has neither.");
        spec.End();
        return signal;
    }
}
