using System.Globalization;
using System.Net.Sockets;
using Pipeline.Embedded.EventHubs;
using Pipeline.Streams;

namespace Pipeline.Embedded.Cli.Doctor;

/// <summary>The addresses that the app listens on, and the hubs that it listens to.</summary>
internal static class PortChecks
{
    private const string Area = "ports";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task<IReadOnlyList<Finding>> LookAsync(Patient patient, CancellationToken cancellationToken) =>
        [await LookAtHttpAsync(patient, cancellationToken), await LookAtEventHubsAsync(patient, cancellationToken)];

    private static async Task<Finding> LookAtHttpAsync(Patient patient, CancellationToken cancellationToken)
    {
        if (patient.Holder is { Url: { } served, ProcessId: var process })
        {
            return await AppChecks.IsPipelineAsync(served, cancellationToken)
                ? Finding.Ok(Area, "http", $"{served} serves {patient.Root} (process {process})")
                : Finding.Fault(Area, "http", $"process {process} holds {patient.Root} and does not answer at {served}", $"Wait until it does, or end it: kill {process}.");
        }
        var address = new Uri($"http://127.0.0.1:{patient.Port}/");
        switch (patient.Machine.Listen(patient.Port))
        {
            case SocketError.Success:
                return Finding.Ok(Area, "http", $"{address} is free");
            case SocketError.AddressAlreadyInUse when await AppChecks.IsPipelineAsync(address, cancellationToken):
                return Finding.Warning(Area, "http", $"{address} serves a Pipeline with another folder", $"Use that one with --url {address} --key KEY, or start another with serve --port {patient.Port + 1}.");
            case SocketError.AddressAlreadyInUse:
                return Finding.Fault(Area, "http", $"another program listens on {address}", $"Stop it (ss -ltnp 'sport = :{patient.Port}' names it), or use another port: serve --port {patient.Port + 1}.");
            case SocketError.AccessDenied:
                return Finding.Fault(Area, "http", $"port {patient.Port} is not for this user to listen on", "Use a port above 1023.");
            case var other:
                return Finding.Fault(Area, "http", $"{address} cannot be listened on: {other}", "Use another port: serve --port N.");
        }
    }

    private static async Task<Finding> LookAtEventHubsAsync(Patient patient, CancellationToken cancellationToken)
    {
        if (EventHubsSettings.HasConnection(patient.Configuration, EventHubServices.ConnectionName))
            return await LookAtNamespaceAsync(patient, cancellationToken);
        if (patient.Holder is { Url: not null })
            return Finding.Ok(Area, "event hubs", patient.Holder.EventHubsPort is { } taken ? $"sb://localhost:{taken} is the app's" : "none declared");
        var chosen = patient.Configuration["Pipeline:EventHubs:Port"];
        var port = int.TryParse(chosen, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : EventHubsOptions.UsualPort;
        var state = patient.Machine.Listen(port);
        return state == SocketError.Success ? Finding.Ok(Area, "event hubs", $"sb://localhost:{port} is free")
            : chosen is null ? Finding.Ok(Area, "event hubs", $"port {port} is taken: serve takes another and shows it")
            : Finding.Fault(Area, "event hubs", $"port {port} of the setting Pipeline__EventHubs__Port is taken ({state})", "Choose another port there, or take the setting away: serve then takes any free one.");
    }

    private static async Task<Finding> LookAtNamespaceAsync(Patient patient, CancellationToken cancellationToken)
    {
        const string Cure = "Correct the setting EventHubsConnection, or take it away: the app then has event hubs of its own.";
        var text = patient.Configuration[$"{EventHubServices.ConnectionName}:fullyQualifiedNamespace"] is { Length: > 0 } name ? $"Endpoint=sb://{name}/" : patient.Configuration[EventHubServices.ConnectionName]!;
        var parts = text.Split(';', StringSplitOptions.RemoveEmptyEntries);
        var endpoint = parts.Select(part => part.Split('=', 2)).FirstOrDefault(pair => pair[0].Trim().Equals("Endpoint", StringComparison.OrdinalIgnoreCase));
        if (endpoint is not [_, var address] || !Uri.TryCreate(address.Trim(), UriKind.Absolute, out var uri))
            return Finding.Fault(Area, "event hubs", "EventHubsConnection names no endpoint", Cure);
        var plain = parts.Any(part => part.Trim().Equals("UseDevelopmentEmulator=true", StringComparison.OrdinalIgnoreCase));
        var port = uri.Port > 0 ? uri.Port : plain ? EventHubsOptions.UsualPort : 5671;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(uri.Host, port, limit.Token);
            return Finding.Ok(Area, "event hubs", $"{uri.Host}:{port} of EventHubsConnection answers");
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            var reason = e is SocketException socketError ? socketError.SocketErrorCode.ToString() : $"no answer within {Patience.TotalSeconds} s";
            return Finding.Fault(Area, "event hubs", $"{uri.Host}:{port} of EventHubsConnection cannot be reached ({reason})", $"Start what listens there, or open the way (firewall, port {port}). {Cure}");
        }
    }
}
