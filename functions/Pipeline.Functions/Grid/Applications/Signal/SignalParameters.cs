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
        var rate = spec.Number("rate", 1, 1e9);
        var block = Power(spec, "block", SignalUnit.LeastTransform, SignalUnit.MaxBlock) ?? 1 << 18;
        var transforms = ReadTransforms(spec, block);
        var drifts = spec.SectionOrEmpty("drift");
        var step = drifts.Number("step", 1e-9, 1e6) ?? 0.1;
        var (from, to) = (drifts.Number("from", -1e6, 1e6) ?? 0, drifts.Number("to", -1e6, 1e6) ?? 0);
        var (first, last) = (Math.Round(from / step), Math.Round(to / step));
        if (last < first)
            drifts.Fault("to", "It is less than 'from'.");
        else if (Math.Max(Math.Abs(first), Math.Abs(last)) > SignalUnit.MaxDrifts || last - first >= SignalUnit.MaxDrifts)
            drifts.Fault("step", $"That makes more than {SignalUnit.MaxDrifts:N0} drift rates. Take a larger step.");
        else
            last = Math.Min(last, first + SignalUnit.MaxDrifts - 1);
        drifts.End();
        var thresholds = spec.SectionOrEmpty("thresholds");
        var (spike, gaussian) = (thresholds.Number("spike", 1, 1e9) ?? 24, thresholds.Number("gaussian", 1, 1e9) ?? 14);
        thresholds.End();
        var perUnit = (int?)spec.Integer("driftsPerUnit", 1, SignalUnit.MaxDrifts);
        var columns = spec.SectionOrEmpty("columns");
        var (inPhase, quadrature) = (columns.Text("inPhase") ?? "i", columns.Text("quadrature") ?? "q");
        columns.End();
        var recording = spec.Section("recording");
        var samples = recording?.Integer("samples", block, 1L << 40, required: true) ?? 0;
        var seed = recording?.Integer("seed", long.MinValue, long.MaxValue) ?? 1;
        var signals = recording?.Sections("signals", MostSignals).Select(signal => SyntheticSignal.Read(signal, rate ?? 1e9)).ToList();
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
        var shortest = Power(spec, "shortestTransform", SignalUnit.LeastTransform, block) ?? Math.Min(block, 1_024);
        var longest = Power(spec, "longestTransform", shortest, block) ?? Math.Max(shortest, block / 4);
        return [.. Enumerable.Range(0, 31).Select(i => (long)shortest << (2 * i)).TakeWhile(length => length <= longest).Select(length => (int)length)];
    }

    private static int? Power(SpecReader spec, string name, int min, int max)
    {
        if (spec.Integer(name, min, max) is not { } number)
            return null;
        if (BitOperations.IsPow2(number))
            return (int)number;
        var above = BitOperations.RoundUpToPowerOf2((ulong)number);
        spec.Fault(name, $"{number} is no power of two. Take {above / 2} or {above}.");
        return null;
    }
}
