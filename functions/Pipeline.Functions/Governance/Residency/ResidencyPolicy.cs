using System.Text.Json;
using Pipeline.Jobs;

namespace Pipeline.Governance;

/// <summary>Where data may be processed: <c>_policy.json</c> in the folder of a dataset, a model or a result.</summary>
/// <param name="Regions">The regions, in ordinal order.</param>
internal sealed record ResidencyPolicy(IReadOnlyList<string> Regions)
{
    public const string FileName = "_policy.json";

    /// <summary>The largest policy that is read, in bytes.</summary>
    public const int MaxBytes = 64 * 1024;

    private const int MostRegions = 100;

    /// <summary>A policy of some regions.</summary>
    public static ResidencyPolicy Of(IEnumerable<string> regions) => new([.. regions.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);

    /// <summary>Reads a policy.</summary>
    /// <exception cref="SpecException">It is not one in every detail; what is not understood might be what matters.</exception>
    public static ResidencyPolicy Parse(ReadOnlyMemory<byte> json)
    {
        var faults = new List<SpecFault>();
        var reader = SpecReader.Open(JobSpec.ParseJson(json, MaxBytes), faults);
        var regions = new List<string>();
        foreach (var (index, text) in reader.Texts("regions", MostRegions, "The regions where the data may be processed, such as westeurope.").Index())
        {
            if (Region.Normalise(text) is { } region)
                regions.Add(region);
            else
                reader.Fault("regions", index, "It must be the name of a region, such as westeurope.");
        }
        reader.End();
        if (regions.Count == 0 && faults.Count == 0)
            reader.Fault("regions", "Name the regions where the data may be processed: {\"regions\": [\"westeurope\"]}.");
        return faults.Count == 0 ? Of(regions) : throw new SpecException(faults);
    }

    /// <summary>The file.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(new { regions = Regions }, Responses.Json);

    public override string ToString() => string.Join(", ", Regions);
}
