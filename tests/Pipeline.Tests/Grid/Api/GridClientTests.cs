using System.Net;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Embedded.Volunteer;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Grid.Api;

/// <summary>How long a volunteer's client waits for a file.</summary>
public sealed class GridClientTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Download_AFileThatTakesLong_GoesOnAsLongAsItComes() => Assert.Equal(10, await DownloadAsync(TimeSpan.FromMinutes(1)));

    [Fact]
    public async Task Download_AFileThatStopsComing_IsGivenUp() => await Assert.ThrowsAsync<ServerAwayException>(() => DownloadAsync(TimeSpan.FromMinutes(2)));

    private async Task<long> DownloadAsync(TimeSpan between)
    {
        using var client = new GridClient(new HttpClient(new Server(new Trickle(_time, between, 10))) { BaseAddress = new Uri("http://app/") }, _time);
        await using var file = new FileStream(_folder["file"], FileMode.Create);
        await client.DownloadAsync("datasets/genomes/lambda.fasta", file, 100, CancellationToken.None);
        return file.Length;
    }

    private sealed class Server(Stream body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(body), RequestMessage = request });
    }

    /// <summary>A byte now and then.</summary>
    private sealed class Trickle(FakeTimeProvider time, TimeSpan between, int bytes) : MemoryStream(new byte[bytes])
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            time.Advance(between);
            cancellationToken.ThrowIfCancellationRequested();
            return base.ReadAsync(buffer[..1], cancellationToken);
        }
    }
}
