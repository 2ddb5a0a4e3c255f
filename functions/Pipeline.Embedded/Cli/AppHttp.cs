namespace Pipeline.Embedded.Cli;

/// <summary>The way to an app over HTTP, for the command line and for volunteers.</summary>
internal static class AppHttp
{
    /// <summary>A client without a time limit, whose requests go below an address.</summary>
    /// <param name="url">The app's address.</param>
    /// <param name="adjust">Sets what is particular to the caller.</param>
    public static HttpClient Create(Uri url, Action<SocketsHttpHandler> adjust)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(15),
            // A proxy that the environment names cannot reach this machine's own loopback, and must not see keys meant for it.
            UseProxy = !url.IsLoopback,
            // Keys and tokens are for this app, not for wherever it may point.
            AllowAutoRedirect = false,
        };
        adjust(handler);
        return new HttpClient(handler)
        {
            BaseAddress = url.AbsolutePath.EndsWith('/') ? url : new Uri(url.AbsoluteUri + "/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }
}
