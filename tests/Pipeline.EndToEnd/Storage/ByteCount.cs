using Azure.Core;
using Azure.Core.Pipeline;

namespace Pipeline.EndToEnd.Storage;

/// <summary>Counts the bytes that Blob storage sends, below all of Pipeline's own code.</summary>
internal sealed class ByteCount : HttpPipelineSynchronousPolicy
{
    private long _bytes;
    private int _requests;

    public long Bytes => Interlocked.Read(ref _bytes);

    public int Requests => Volatile.Read(ref _requests);

    public void Reset()
    {
        Interlocked.Exchange(ref _bytes, 0);
        Interlocked.Exchange(ref _requests, 0);
    }

    public override void OnReceivedResponse(HttpMessage message)
    {
        Interlocked.Increment(ref _requests);
        // Listings come in chunks of no announced length; they hold no data.
        if (message.Request.Method == RequestMethod.Get && !message.Request.Uri.Query.Contains("comp=list", StringComparison.Ordinal))
            Interlocked.Add(ref _bytes, message.Response.Headers.ContentLength ?? throw new InvalidOperationException("A response of unknown length."));
    }
}
