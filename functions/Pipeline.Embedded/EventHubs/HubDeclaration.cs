using System.Text.RegularExpressions;
using Pipeline.Embedded.EventHubs.Log;
using Pipeline.Embedded.Hosting;

namespace Pipeline.Embedded.EventHubs;

/// <summary>An event hub that the endpoint serves.</summary>
/// <param name="Name">Its name: up to 50 letters, digits, '.', '-' and '_'. Without regard to case.</param>
/// <param name="PartitionCount">Its partitions, 1 to 256. Keys are spread over them, so it stays what it was at the first start.</param>
internal sealed partial record HubDeclaration(string Name, int PartitionCount = 4)
{
    /// <summary>The consumer group that every hub has.</summary>
    public const string DefaultConsumerGroup = "$Default";

    /// <summary>Whether a hub that is there already keeps its number of partitions, whatever it is. Default false: it must be the declared one.</summary>
    public bool KeepsPartitions { get; init; }

    /// <summary>The consumer groups besides <see cref="DefaultConsumerGroup"/>.</summary>
    public IReadOnlyList<string> ConsumerGroups { get; init; } = [];

    /// <summary>How long and how much each partition keeps.</summary>
    public LogOptions Log { get; init; } = new();

    /// <summary>Refuses what cannot be served.</summary>
    /// <exception cref="EmbeddedHostException">A name or a number is out of bounds.</exception>
    public void Validate()
    {
        if (!ValidName().IsMatch(Name))
            throw new EmbeddedHostException($"'{Name}' is no name for an event hub: it takes up to 50 letters, digits, '.', '-' and '_', and starts and ends with a letter or digit.");
        if (PartitionCount is < 1 or > 256)
            throw new EmbeddedHostException($"The event hub '{Name}' cannot have {PartitionCount} partitions: 1 to 256 are possible.");
        if (ConsumerGroups.FirstOrDefault(group => !ValidName().IsMatch(group)) is { } wrong)
            throw new EmbeddedHostException($"'{wrong}' is no name for a consumer group of the event hub '{Name}': it takes up to 50 letters, digits, '.', '-' and '_'.");
        if (Log.RetentionTime <= TimeSpan.Zero || Log.RetentionBytes <= 0 || Log.SegmentBytes <= 0 || Log.CommitBytes <= 0 || Log.ReadBytes < GroupHeader.Size)
            throw new EmbeddedHostException($"The event hub '{Name}' keeps nothing: retention, segment, commit and read sizes must be above zero.");
    }

    [GeneratedRegex("^[A-Za-z0-9]([A-Za-z0-9._-]{0,48}[A-Za-z0-9])?$")]
    private static partial Regex ValidName();
}
