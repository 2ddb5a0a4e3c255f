using System.Globalization;
using Microsoft.Extensions.Configuration;
using Pipeline.Embedded.EventHubs.Log;
using Pipeline.Embedded.Hosting;

namespace Pipeline.Embedded.EventHubs.Trigger;

/// <summary>What <c>extensions.eventHubs</c> of host.json says of Event Hub triggers. Names and defaults are the official host's, but for the leases.</summary>
internal sealed record EventHubTriggerSettings
{
    private const string Section = $"{HostSettings.Section}:extensions:eventHubs";

    // What the official host knows besides, and what has no meaning here: it must not be taken for a misspelling.
    private static readonly string[] s_without =
    [
        "transportType", "webProxy", "customEndpointAddress", "clientRetryOptions", "targetUnprocessedEventThreshold", "trackLastEnqueuedEventProperties",
    ];

    private static readonly string[] s_known =
    [
        "maxEventBatchSize", "minEventBatchSize", "maxWaitTime", "batchCheckpointFrequency", "prefetchCount", "initialOffsetOptions",
        "loadBalancingUpdateInterval", "partitionOwnershipExpirationInterval", .. s_without,
    ];

    /// <summary>The most events that a function is given at once. Default 100.</summary>
    public int MaxEventBatchSize { get; init; } = 100;

    /// <summary>The events that a function is given at once, unless <see cref="MaxWaitTime"/> is over. Default 1.</summary>
    public int MinEventBatchSize { get; init; } = 1;

    /// <summary>How long the first event of a batch waits for <see cref="MinEventBatchSize"/>. Default one minute.</summary>
    public TimeSpan MaxWaitTime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>After how many batches a checkpoint is written. Default 1.</summary>
    public int BatchCheckpointFrequency { get; init; } = 1;

    /// <summary>The events that are fetched ahead of a function from a hub of another process. Default 300.</summary>
    public int PrefetchCount { get; init; } = 300;

    /// <summary>Where a partition without a checkpoint begins: at its start, its end, or a time.</summary>
    public LogPosition InitialOffset { get; init; } = LogPosition.Start;

    /// <summary>How often hosts share the partitions out and prolong their leases. Default 10 s.</summary>
    public TimeSpan LoadBalancingInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After how long without a sign of its owner a partition is taken by another host. Default 30 s.</summary>
    public TimeSpan OwnershipExpiration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Reads and checks the settings.</summary>
    /// <exception cref="EmbeddedHostException">One is unknown or not what it should be.</exception>
    public static EventHubTriggerSettings Read(IConfiguration configuration)
    {
        var section = configuration.GetSection(Section);
        foreach (var key in section.GetChildren().Select(child => child.Key))
        {
            if (!s_known.Contains(key, StringComparer.OrdinalIgnoreCase))
                throw new EmbeddedHostException($"host.json: there is no extensions.eventHubs.{key}.{NearestName.Hint(key, s_known)}");
        }

        var usual = new EventHubTriggerSettings();
        var read = new EventHubTriggerSettings
        {
            MaxEventBatchSize = Number(section, "maxEventBatchSize", usual.MaxEventBatchSize, 100_000),
            MinEventBatchSize = Number(section, "minEventBatchSize", usual.MinEventBatchSize, 100_000),
            MaxWaitTime = Time(section, "maxWaitTime", usual.MaxWaitTime, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(10)),
            BatchCheckpointFrequency = Number(section, "batchCheckpointFrequency", usual.BatchCheckpointFrequency, int.MaxValue),
            PrefetchCount = Number(section, "prefetchCount", usual.PrefetchCount, 100_000),
            InitialOffset = ReadInitialOffset(section.GetSection("initialOffsetOptions")),
            LoadBalancingInterval = Time(section, "loadBalancingUpdateInterval", usual.LoadBalancingInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)),
            OwnershipExpiration = Time(section, "partitionOwnershipExpirationInterval", usual.OwnershipExpiration, TimeSpan.FromMilliseconds(200), TimeSpan.FromHours(1)),
        };
        if (read.MinEventBatchSize > read.MaxEventBatchSize)
            throw Fault("minEventBatchSize", $"{read.MinEventBatchSize}", $"at most maxEventBatchSize, {read.MaxEventBatchSize}");
        if (read.OwnershipExpiration < 2 * read.LoadBalancingInterval)
        {
            throw Fault(
                "partitionOwnershipExpirationInterval", $"{read.OwnershipExpiration:c}",
                $"at least twice loadBalancingUpdateInterval, {read.LoadBalancingInterval:c}, or owners would lose their partitions between two signs");
        }

        return read;
    }

    private static LogPosition ReadInitialOffset(IConfigurationSection section)
    {
        const string Type = "initialOffsetOptions.type", Time = "initialOffsetOptions.enqueuedTimeUtc";
        foreach (var key in section.GetChildren().Select(child => child.Key))
        {
            if (!"type".Equals(key, StringComparison.OrdinalIgnoreCase) && !"enqueuedTimeUtc".Equals(key, StringComparison.OrdinalIgnoreCase))
                throw new EmbeddedHostException($"host.json: there is no extensions.eventHubs.initialOffsetOptions.{key}.{NearestName.Hint(key, ["type", "enqueuedTimeUtc"])}");
        }

        var text = section["type"] is { Length: > 0 } type ? type : "fromStart";
        if (Is("fromStart")) return LogPosition.Start;
        if (Is("fromEnd")) return LogPosition.End;
        if (!Is("fromEnqueuedTime")) throw Fault(Type, text, "fromStart, fromEnd or fromEnqueuedTime");
        var given = section["enqueuedTimeUtc"] ?? "";
        return DateTimeOffset.TryParse(given, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? LogPosition.FromTime(time.ToUnixTimeMilliseconds())
            : throw Fault(Time, given, "a time such as 2024-05-01T12:00:00Z, since the type is fromEnqueuedTime");

        bool Is(string name) => name.Equals(text, StringComparison.OrdinalIgnoreCase);
    }

    private static int Number(IConfigurationSection section, string key, int usual, int most)
    {
        if (section[key] is not { } text) return usual;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most
            ? number
            : throw Fault(key, text, $"a whole number from 1 to {most}");
    }

    private static TimeSpan Time(IConfigurationSection section, string key, TimeSpan usual, TimeSpan least, TimeSpan most)
    {
        if (section[key] is not { } text) return usual;
        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) && time >= least && time <= most
            ? time
            : throw Fault(key, text, $"a time span such as {usual:c}, from {least:c} to {most:c}");
    }

    private static EmbeddedHostException Fault(string key, string given, string wanted) =>
        new($"host.json: extensions.eventHubs.{key} is '{given}'; it must be {wanted}.");
}
