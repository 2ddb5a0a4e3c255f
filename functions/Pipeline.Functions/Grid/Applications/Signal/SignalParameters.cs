using System.Numerics;
using Pipeline.Jobs;

namespace Pipeline.Grid.Applications.Signal;

/// <summary>The parameters of a signal search.</summary>
internal sealed record SignalParameters(
    double? Rate, long Samples, SyntheticRecording? Synthetic, int Block, IReadOnlyList<int> Transforms, int FirstDrift, int Drifts, double DriftStep, int? DriftsPerUnit,
    double Spike, double Gaussian, string InPhaseColumn, string QuadratureColumn)
{
    private const int MostSignals = 100;

    public static SignalParameters Read(GridSource source, ICollection<SpecFault> faults)
    {
        var found = new List<SpecFault>();
        var spec = ParameterReader.Open(source, found);
        var rate = spec.Number("rate", 1, 1e9, about: "Samples a second; a WAV file says that itself.");
        var block = Power(spec, "block", SignalUnit.MaxBlock, "Samples that a unit looks at, a power of two: 262144 where it is absent.") ?? 1 << 18;
        var transforms = ReadTransforms(spec, block);
        var drifts = spec.SectionOrEmpty("drift", "The rates at which frequencies may change, in Hz a second.");
        var step = drifts.Number("step", 1e-9, 1e6, 0.1, "From one to the next.");
        var (from, to) = (drifts.Number("from", -1e6, 1e6, 0, "The least."), drifts.Number("to", -1e6, 1e6, 0, "The greatest."));
        var (first, last) = (Math.Round(from / step), Math.Round(to / step));
        if (last < first)
            drifts.Fault("to", "It is less than 'from'.");
        else if (Math.Max(Math.Abs(first), Math.Abs(last)) > SignalUnit.MaxDrifts || last - first >= SignalUnit.MaxDrifts)
            drifts.Fault("step", $"That makes more than {SignalUnit.MaxDrifts:N0} drift rates. Take a larger step.");
        else
            last = Math.Min(last, first + SignalUnit.MaxDrifts - 1);
        drifts.End();
        var thresholds = spec.SectionOrEmpty("thresholds", "What is told, as power where the noise has 1.");
        var (spike, gaussian) = (thresholds.Number("spike", 1, 1e9, 24, "Of what stands out in one spectrum."), thresholds.Number("gaussian", 1, 1e9, 14, "Of what comes and goes as by a telescope's beam."));
        thresholds.End();
        var perUnit = (int?)spec.Integer("driftsPerUnit", 1, SignalUnit.MaxDrifts, about: "Drift rates of a work unit; all where it is absent.");
        var columns = spec.SectionOrEmpty("columns", "The columns of a dataset with a recording.");
        var (inPhase, quadrature) = (columns.Text("inPhase", about: "In phase; 'i' where it is absent.") ?? "i", columns.Text("quadrature", about: "In quadrature; 'q' where it is absent.") ?? "q");
        columns.End();
        var recording = spec.Section("recording", about: "A synthetic recording; or there is an input.");
        var samples = recording?.Integer("samples", SignalUnit.LeastTransform, 1L << 40, required: true, about: "How many samples it has: at least a block.") ?? 0;
        var seed = recording?.Integer("seed", long.MinValue, long.MaxValue, 1, "What its noise is drawn from.") ?? 1;
        var signals = recording?.Sections("signals", MostSignals, about: "Carriers in it.").Select(signal => SyntheticSignal.Read(signal, rate ?? 1e9)).ToList();
        if (samples > 0 && samples < block)
            recording!.Fault("samples", $"{samples} samples make no block of {block}. Take more, or a smaller 'block'.");
        recording?.End();
        spec.End();
        var inputs = (source.Dataset is null ? 0 : 1) + (source.File is null ? 0 : 1) + (recording is null ? 0 : 1);
        if (inputs != 1)
            found.Add(new SpecFault("/input", $"The recording is one of 'input.file' (WAV), 'input.dataset' (Parquet) and 'parameters.recording' (synthetic); here are {inputs} of them."));
        if (source.File is null && rate is null)
            found.Add(new SpecFault("/parameters/rate", "The field 'rate' is missing: how many samples a second there are."));
        else if (source.File is not null && rate is not null)
            found.Add(new SpecFault("/parameters/rate", "A WAV file says itself how many samples a second it has. Leave it out."));
        foreach (var fault in found)
            faults.Add(fault);
        return new SignalParameters(rate, samples, recording is null ? null : new SyntheticRecording(seed, signals!), block, transforms, (int)first, (int)(last - first) + 1, step, perUnit, spike, gaussian, inPhase, quadrature);
    }

    private static List<int> ReadTransforms(SpecReader spec, int block)
    {
        // The shortest shows what comes and goes, the longest what stays.
        var shortest = Power(spec, "shortestTransform", block, "The shortest transform, a power of two up to the block: 1024 where it is absent.") ?? Math.Min(block, 1_024);
        var longest = Power(spec, "longestTransform", block, "The longest transform, a power of two from the shortest to the block: a quarter of the block where it is absent.", shortest) ?? Math.Max(shortest, block / 4);
        return [.. Enumerable.Range(0, 31).Select(i => (long)shortest << (2 * i)).TakeWhile(length => length <= longest).Select(length => (int)length)];
    }

    private static int? Power(SpecReader spec, string name, int max, string about, int min = SignalUnit.LeastTransform)
    {
        if (spec.Integer(name, SignalUnit.LeastTransform, SignalUnit.MaxBlock, about: about) is not { } number)
            return null;
        if (number < min || number > max)
        {
            spec.Fault(name, $"{number} is outside {min} to {max}.");
            return null;
        }
        if (BitOperations.IsPow2(number))
            return (int)number;
        var above = BitOperations.RoundUpToPowerOf2((ulong)number);
        spec.Fault(name, $"{number} is no power of two. Take {above / 2} or {above}.");
        return null;
    }
}
