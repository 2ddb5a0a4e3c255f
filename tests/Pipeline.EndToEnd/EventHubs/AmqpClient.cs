using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Amqp;
using Amqp.Framing;
using Amqp.Sasl;
using Amqp.Types;

namespace Pipeline.EndToEnd.EventHubs;

/// <summary>A plain AMQP client, which does only what a test tells it to.</summary>
internal sealed class AmqpClient : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Connection _connection;
    private readonly string _key;
    private int _links;

    private AmqpClient(Connection connection, Session session, string key)
    {
        _connection = connection;
        Session = session;
        _key = key;
    }

    public Session Session { get; }

    public static async Task<AmqpClient> ConnectAsync(RunningEndpoint running, string host = "127.0.0.1")
    {
        var factory = new ConnectionFactory();
        factory.SASL.Profile = SaslProfile.Anonymous;
        var connection = await factory.CreateAsync(new Address(host, running.Endpoint.Port, path: "/", scheme: "amqp"));
        return new AmqpClient(connection, new Session(connection), running.Key);
    }

    public static async Task<AmqpClient> ConnectWithTokenAsync(RunningEndpoint running, string host = "127.0.0.1")
    {
        var client = await ConnectAsync(running, host);
        Assert.Equal(202, await client.PutTokenAsync($"sb://localhost/{RunningEndpoint.HubName}", DateTimeOffset.UtcNow.AddHours(1)));
        return client;
    }

    /// <summary>Puts a token through $cbs and returns the status code.</summary>
    public async Task<int> PutTokenAsync(string resource, DateTimeOffset expiresAt, string? key = null)
    {
        var sender = new SenderLink(Session, Name("cbs"), "$cbs");
        var replies = Name("cbs");
        var receiver = new ReceiverLink(Session, replies, "$cbs");
        await sender.SendAsync(TokenRequest(resource, expiresAt, key ?? _key, replies), Patience);
        var answer = await receiver.ReceiveAsync(Patience);
        receiver.Accept(answer);
        Assert.Equal("1", answer.Properties.CorrelationId);
        await sender.CloseAsync();
        await receiver.CloseAsync();
        return (int)answer.ApplicationProperties["status-code"];
    }

    /// <summary>A request for $cbs to take a token.</summary>
    public static Message TokenRequest(string resource, DateTimeOffset expiresAt, string key, string replies)
    {
        var (signed, expiry) = (Uri.EscapeDataString(resource), expiresAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        var signature = Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes($"{signed}\n{expiry}")));
        return new Message($"SharedAccessSignature sr={signed}&sig={Uri.EscapeDataString(signature)}&se={expiry}&skn=RootManageSharedAccessKey")
        {
            Properties = new Properties { MessageId = "1", ReplyTo = replies },
            ApplicationProperties = new ApplicationProperties { ["operation"] = "put-token", ["name"] = resource, ["type"] = "servicebus.windows.net:sastoken" },
        };
    }

    public SenderLink Sender(string address = RunningEndpoint.HubName) => new(Session, Name("sender"), address);

    public ReceiverLink Receiver(int partition, string selector = "amqp.annotation.x-opt-offset > '-1'", long? epoch = null, string group = "$Default")
    {
        var attach = new Attach
        {
            Source = new Source
            {
                Address = $"{RunningEndpoint.HubName}/ConsumerGroups/{group}/Partitions/{partition}",
                FilterSet = new Map { [new Symbol("apache.org:selector-filter:string")] = new DescribedValue(0x468C00000004UL, selector) },
            },
            Target = new Target(),
            Properties = epoch is null ? null : new Fields { [new Symbol("com.microsoft:epoch")] = epoch },
        };
        return new ReceiverLink(Session, Name("receiver"), attach, null);
    }

    /// <summary>A batch in the official clients' format.</summary>
    public static Message Batch(IEnumerable<Message> events, string? partitionKey = null)
    {
        var data = new DataList();
        foreach (var one in events)
        {
            var encoded = one.Encode();
            data.Add(new Data { Binary = encoded.Buffer.AsSpan(encoded.Offset, encoded.Length).ToArray() });
        }

        var batch = new Message { BodySection = data, Format = 0x80013700 };
        if (partitionKey is not null) batch.MessageAnnotations = new MessageAnnotations { [new Symbol("x-opt-partition-key")] = partitionKey };
        return batch;
    }

    /// <summary>The error that a link is closed with.</summary>
    public static async Task<Error> ClosedAsync(Link link)
    {
        var closed = new TaskCompletionSource<Error>(TaskCreationOptions.RunContinuationsAsynchronously);
        link.AddClosedCallback((_, error) => closed.TrySetResult(error));
        return await closed.Task.WaitAsync(Patience);
    }

    public async ValueTask DisposeAsync() => await _connection.CloseAsync(Patience);

    private string Name(string kind) => $"{kind}-{Interlocked.Increment(ref _links)}";
}
