using System.Collections.Immutable;
using Pipeline.Grid.Scheduling;

namespace Pipeline.Grid.State;

/// <summary>A host and how it has done.</summary>
internal sealed record HostRow(HostKey Key, HostFacts Facts, DateTimeOffset RegisteredAt)
{
    public DateTimeOffset LastContactAt { get; init; }
    public bool Banned { get; init; }

    /// <summary>In millionths.</summary>
    public long Credit { get; init; }

    public long Valid { get; init; }
    public long Invalid { get; init; }
    public long Errors { get; init; }
    public long NoReply { get; init; }

    public ImmutableArray<HostVersionRow> Versions { get; init; } = [];

    public HostVersionRow Version(ApplicationVersion application)
    {
        foreach (var version in Versions)
        {
            if (version.Application == application)
                return version;
        }
        return new HostVersionRow(application);
    }

    public HostRow With(HostVersionRow version)
    {
        for (var i = 0; i < Versions.Length; i++)
        {
            if (Versions[i].Application == version.Application)
                return this with { Versions = Versions.SetItem(i, version) };
        }
        return this with { Versions = Versions.Add(version) };
    }
}
