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
    public static SyntheticSignal Read(SpecReader spec, double rate)
    {
        var signal = new SyntheticSignal(
            spec.Number("frequency", -rate / 2, rate / 2, required: true) ?? 0, spec.Number("drift", -1e6, 1e6) ?? 0, spec.Number("power", 0, 1e6, required: true) ?? 0,
            spec.Number("time", 0, 1e9), spec.Number("width", 1e-6, 1e9));
        if (signal.Time is null != signal.Width is null)
            spec.Fault(signal.Time is null ? "time" : "width", "A signal that comes and goes has a 'time' and a 'width'; one that stays has neither.");
        spec.End();
        return signal;
    }
}
