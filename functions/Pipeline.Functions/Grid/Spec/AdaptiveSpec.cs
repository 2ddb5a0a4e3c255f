using Pipeline.Jobs;

namespace Pipeline.Grid.Spec;

/// <summary>When a host is believed without a second one.</summary>
/// <param name="After">Valid results in a row, with one version of an application, that earn it.</param>
/// <param name="SpotCheck">The share of a reliable host's units that go to others all the same, from 0 to 1, drawn at random.</param>
public sealed record AdaptiveSpec(int After, double SpotCheck)
{
    internal static AdaptiveSpec Default { get; } = new(10, 0.1);

    internal static AdaptiveSpec Read(SpecReader reader)
    {
        var after = (int)reader.Integer("after", 1, 1_000, Default.After, "Valid results in a row after which a host is believed alone.");
        var spotCheck = reader.Number("spotCheck", 0, 1, Default.SpotCheck, "The share of a reliable host's units that go to others all the same.");
        reader.End();
        return new AdaptiveSpec(after, spotCheck);
    }
}
