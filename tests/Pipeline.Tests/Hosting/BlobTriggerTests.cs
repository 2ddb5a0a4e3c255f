using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Embedded.Triggers;
using Pipeline.Storage;

namespace Pipeline.Tests.Hosting;

/// <summary>What sets a blob function off, how often, and what it is given.</summary>
public sealed class BlobTriggerTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("pipeline-blob-").FullName;
    private readonly Channel<string> _runs = Channel.CreateUnbounded<string>();

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Blob_Written_RunsTheFunctionWithNameContentAndBindingData()
    {
        await using var host = await StartAsync(typeof(Inbox));

        await WriteAsync(host, "inbox/deep/a.json", "one");

        Assert.Equal("deep/a one things/inbox/deep/a.json", await _runs.Reader.ReadAsync());
    }

    [Fact]
    public async Task Blob_PutThereAsAFile_RunsTheFunction()
    {
        await using var host = await StartAsync(typeof(Inbox));

        await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(Path.Combine(_root, "store", "things", "inbox")).FullName, "a.json"), "x");

        Assert.Equal("a x things/inbox/a.json", await _runs.Reader.ReadAsync());
    }

    [Fact]
    public async Task Blob_EachVersion_RunsOnceAlsoOverRestarts()
    {
        await using (var first = await StartAsync(typeof(Inbox)))
        {
            await WriteAsync(first, "inbox/a.json", "1");
            Assert.StartsWith("a 1", await _runs.Reader.ReadAsync());
            await WriteAsync(first, "inbox/a.json", "2");
            Assert.StartsWith("a 2", await _runs.Reader.ReadAsync());
        }

        var store = new DirectoryObjectStore(Path.Combine(_root, "store"));
        await store.WriteAsync("things", "inbox/down.json", Text("3"), WriteCondition.None, default);
        await using var second = await StartAsync(typeof(Inbox));
        Assert.StartsWith("down 3", await _runs.Reader.ReadAsync());
        await WriteAsync(second, "inbox/end.json", "4");
        Assert.StartsWith("end 4", await _runs.Reader.ReadAsync());
        Assert.False(_runs.Reader.TryPeek(out _));
    }

    [Fact]
    public async Task Blob_DeletedAndWrittenAgain_RunsAgain()
    {
        await using var host = await StartAsync(typeof(Inbox));
        var store = host.Host.Services.GetRequiredService<IObjectStore>();
        await WriteAsync(host, "inbox/a.json", "1");
        await _runs.Reader.ReadAsync();

        await store.DeleteAsync("things", "inbox/a.json", default);
        await WriteAsync(host, "inbox/a.json", "1");

        Assert.StartsWith("a 1", await _runs.Reader.ReadAsync());
    }

    [Fact]
    public async Task Blob_OfAnotherPath_DoesNotRunTheFunction()
    {
        await using var host = await StartAsync(typeof(Inbox));

        await WriteAsync(host, "inbox/a.txt", "no");
        await WriteAsync(host, "other/a.json", "no");
        await WriteAsync(host, "inbox/b.json", "yes");

        Assert.StartsWith("b yes", await _runs.Reader.ReadAsync());
        Assert.False(_runs.Reader.TryPeek(out _));
    }

    [Theory]
    [InlineData("bytes/x", "3 bytes")]
    [InlineData("memory/x", "3 of memory")]
    [InlineData("binary/x", "3 of binary")]
    [InlineData("text/x", "text 'abc'")]
    public async Task Content_OfEachType_IsTheWholeBlob(string path, string expected)
    {
        await using var host = await StartAsync(typeof(Contents));

        await WriteAsync(host, path, "abc");

        Assert.Equal(expected, await _runs.Reader.ReadAsync());
    }

    [Fact]
    public async Task Content_OfAnotherType_IsReadFromItsJson()
    {
        await using var host = await StartAsync(typeof(Contents));

        await WriteAsync(host, "json/x", """{"name":"n"}""");

        Assert.Equal("json n", await _runs.Reader.ReadAsync());
    }

    [Fact]
    public async Task Function_FailsForOneBlob_OthersRunAndThatOneIsGivenUpAfterFiveAttempts()
    {
        var time = new FakeTimeProvider();
        await using var host = await StartAsync(typeof(Picky), time: time);
        var store = host.Host.Services.GetRequiredService<IObjectStore>();

        await WriteAsync(host, "picky/bad", "bad");
        await WriteAsync(host, "picky/good", "good");
        var runs = new List<string>();
        while (runs.Count < 6)
        {
            // The wait for another attempt begins after a failure, so that the clock is moved on until the next one comes.
            if (_runs.Reader.TryRead(out var run)) runs.Add(run);
            else time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        await host.Logs.WaitForAsync("failed 5 times for things/picky/bad");
        var record = await store.ListAsync(BlobListener.PoisonContainer, "Picky/", default).SingleAsync();

        Assert.Equal(["bad", "bad", "bad", "bad", "bad", "good"], runs.Order());
        Assert.NotEqual("good", runs[^1]);
        using var poison = JsonDocument.Parse(await store.OpenReadAsync(record.Container, record.Path, default));
        Assert.Equal("picky/bad", poison.RootElement.GetProperty("BlobName").GetString());
        Assert.Equal(5, poison.RootElement.GetProperty("Attempts").GetInt32());
        Assert.Contains("not to my liking", poison.RootElement.GetProperty("Error").GetString());
    }

    [Fact]
    public async Task Stop_WhileTheFunctionRuns_WaitsForIt()
    {
        var gate = new Gate();
        var host = await StartAsync(typeof(Slow), services => services.AddSingleton(gate));
        await WriteAsync(host, "slow/a", "a");
        await gate.Entered.Task;

        var stopping = host.Host.StopAsync();
        Assert.False(stopping.IsCompleted);
        gate.Leave.SetResult();
        await stopping;

        Assert.Equal("ended", await _runs.Reader.ReadAsync());
        await host.DisposeAsync();
    }

    private Task<TestHost> StartAsync(Type type, Action<IServiceCollection>? services = null, TimeProvider? time = null) => TestHost.StartAsync(
        [type],
        (worker, configuration) =>
        {
            worker.Services.AddPipelineStorage(configuration).AddSingleton(_runs);
            services?.Invoke(worker.Services);
        },
        root: _root,
        options: options => options with { TimeProvider = time ?? TimeProvider.System });

    private static Task<ObjectInfo> WriteAsync(TestHost host, string path, string content) =>
        host.Host.Services.GetRequiredService<IObjectStore>().WriteAsync("things", path, Text(content), WriteCondition.None, default);

    private static MemoryStream Text(string content) => new(Encoding.UTF8.GetBytes(content));

    public sealed record Named(string Name);

    public sealed class Gate
    {
        public TaskCompletionSource Entered { get; } = new();

        public TaskCompletionSource Leave { get; } = new();
    }

    public sealed class Inbox(Channel<string> runs)
    {
        [Function("Inbox")]
        public async Task Run([BlobTrigger("things/inbox/{name}.json")] Stream content, string name, FunctionContext context)
        {
            using var reader = new StreamReader(content);
            await runs.Writer.WriteAsync($"{name} {await reader.ReadToEndAsync()} {context.BindingContext.BindingData["BlobTrigger"]}");
        }
    }

    public sealed class Contents(Channel<string> runs)
    {
        [Function("Bytes")]
        public async Task Bytes([BlobTrigger("things/bytes/{name}")] byte[] content) =>
            await runs.Writer.WriteAsync($"{content.Length} bytes");

        [Function("Memory")]
        public async Task Memory([BlobTrigger("things/memory/{name}")] ReadOnlyMemory<byte> content) =>
            await runs.Writer.WriteAsync($"{content.Length} of memory");

        [Function("Binary")]
        public async Task Binary([BlobTrigger("things/binary/{name}")] BinaryData content) =>
            await runs.Writer.WriteAsync($"{content.ToMemory().Length} of binary");

        [Function("Text")]
        public async Task OfText([BlobTrigger("things/text/{name}")] string content) => await runs.Writer.WriteAsync($"text '{content}'");

        [Function("Json")]
        public async Task Json([BlobTrigger("things/json/{name}")] Named content) => await runs.Writer.WriteAsync($"json {content.Name}");
    }

    public sealed class Picky(Channel<string> runs)
    {
        [Function("Picky")]
        public async Task Run([BlobTrigger("things/picky/{name}")] string content)
        {
            await runs.Writer.WriteAsync(content);
            if (content == "bad") throw new InvalidDataException("not to my liking");
        }
    }

    public sealed class Slow(Channel<string> runs, Gate gate)
    {
        [Function("Slow")]
        public async Task Run([BlobTrigger("things/slow/{name}")] string content)
        {
            gate.Entered.SetResult();
            await gate.Leave.Task;
            await runs.Writer.WriteAsync("ended");
        }
    }
}
