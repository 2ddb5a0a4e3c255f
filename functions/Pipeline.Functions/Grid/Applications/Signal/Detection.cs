namespace Pipeline.Grid.Applications.Signal;

/// <summary>Something above a threshold.</summary>
/// <param name="Kind"><c>spike</c>: one strong bin of a spectrum; <c>gaussian</c>: a bin whose power comes and goes as a beam passes.</param>
/// <param name="Transform">The length of the transform that shows it.</param>
/// <param name="Frequency">Hz, at the beginning of its block.</param>
/// <param name="Drift">Hz a second.</param>
/// <param name="Time">The middle, in seconds from the recording's start.</param>
/// <param name="Width">The standard deviation in time, in seconds; null for spikes.</param>
/// <param name="Power">Of spikes the power over the mean power; of gaussians how many standard deviations of noise they stand out.</param>
/// <param name="Threshold">What the power had to exceed.</param>
internal sealed record Detection(string Kind, long Transform, double Frequency, double Drift, double Time, double? Width, double Power, double Threshold)
{
    public const string Spike = "spike";
    public const string Gaussian = "gaussian";

    public static IReadOnlyList<ResultField> Fields { get; } =
    [
        new("kind", typeof(string)), new("transform", typeof(long)), new("frequency", typeof(double)), new("drift", typeof(double)),
        new("time", typeof(double)), new("width", typeof(double)), new("power", typeof(double)), new("threshold", typeof(double)),
    ];

    public static Detection From(object?[] row) => row is [string kind, long transform, double frequency, double drift, double time, var width, double power, double threshold]
        ? new Detection(kind, transform, frequency, drift, time, (double?)width, power, threshold)
        : throw new InvalidDataException("A detection lacks a value.");

    public object?[] Values() => [Kind, Transform, Frequency, Drift, Time, Width, Power, Threshold];
}
