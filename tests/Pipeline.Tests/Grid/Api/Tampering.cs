using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Pipeline.Tests.Grid.Api;

/// <summary>Somebody between client and server who changes what comes back.</summary>
/// <param name="change">Gets the path of the request and the answer's document, and changes it.</param>
internal sealed class Tampering(Action<string, JsonNode> change) : DelegatingHandler(new SocketsHttpHandler())
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode || response.Content.Headers.ContentType?.MediaType != "application/json")
            return response;
        var document = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!;
        change(request.RequestUri!.AbsolutePath, document);
        response.Content = new StringContent(document.ToJsonString(), new MediaTypeHeaderValue("application/json"));
        return response;
    }
}
