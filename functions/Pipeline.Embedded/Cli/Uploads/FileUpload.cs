using System.Net;
using System.Net.Http.Headers;

namespace Pipeline.Embedded.Cli.Uploads;

/// <summary>The body of a request that writes a file: it streams, and tells how many bytes have gone out.</summary>
internal sealed class FileUpload : HttpContent
{
    private readonly FileStream _file;
    private readonly Action<int> _onBytes;

    /// <param name="path">The file.</param>
    /// <param name="onBytes">Is told the bytes of every piece that was handed to the network.</param>
    public FileUpload(string path, Action<int> onBytes)
    {
        _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
        _onBytes = onBytes;
        Headers.ContentType = new MediaTypeHeaderValue("application/vnd.apache.parquet");
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var buffer = new byte[128 * 1024];
        int read;
        while ((read = await _file.ReadAsync(buffer, cancellationToken)) > 0)
        {
            await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            _onBytes(read);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _file.Length;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _file.Dispose();
        base.Dispose(disposing);
    }
}
