using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Pipeline.Embedded.EventHubs;

/// <summary>How an <see cref="EventHubsEndpoint"/> starts.</summary>
internal sealed record EventHubsOptions
{
    /// <summary>The directory of everything that the host keeps: events go to <c>eventhubs</c> below it, the key beside the other keys.</summary>
    public string Root { get; init; } = ".pipeline";

    /// <summary>The port that clients take by themselves.</summary>
    public const int UsualPort = 5672;

    /// <summary>The TCP port on 127.0.0.1 and ::1; 0 takes any free one. Null: <see cref="PreferredPort"/> or, where that is in use, any free one.</summary>
    public int? Port { get; init; }

    /// <summary>The port to take where none is given and this one is free. Default 0: any free one.</summary>
    public int PreferredPort { get; init; }

    /// <summary>The hubs to serve; any other name is not found.</summary>
    public IReadOnlyList<HubDeclaration> Hubs { get; init; } = [];

    /// <summary>The shared access key. Null: the one that the first start made.</summary>
    public string? Key { get; init; }

    /// <summary>The clock of enqueued times, retention and tokens.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where the endpoint logs.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}
