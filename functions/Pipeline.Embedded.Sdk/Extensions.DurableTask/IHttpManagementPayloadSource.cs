namespace Microsoft.Azure.Functions.Worker;

/// <summary>A client that knows under which address its instances are managed.</summary>
internal interface IHttpManagementPayloadSource
{
    HttpManagementPayload CreateHttpManagementPayload(string instanceId);
}
