using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask.Client;

namespace Microsoft.Azure.Functions.Worker;

public static class DurableTaskClientExtensions
{
    /// <summary>The management URLs of an instance. The request is not needed: the host knows its own address.</summary>
    /// <exception cref="InvalidOperationException">The client is not one that the host made, so it has no HTTP address.</exception>
    public static HttpManagementPayload CreateHttpManagementPayload(
        this DurableTaskClient client, string instanceId, HttpRequestData? request = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        _ = request;
        return client is IHttpManagementPayloadSource source
            ? source.CreateHttpManagementPayload(instanceId)
            : throw new InvalidOperationException(
                $"{client.GetType().Name} has no HTTP address. Use the client that a [DurableClient] parameter receives.");
    }
}
