using System.Runtime.ExceptionServices;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pipeline.Embedded.EventHubs.Log;
using Pipeline.Embedded.Hosting;
using Pipeline.Streams;

namespace Pipeline.Embedded.EventHubs;

/// <summary>One event hub: its partitions, and who reads them.</summary>
internal sealed class EventHub : IDisposable
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly PartitionLog[] _partitions;
    private readonly HashSet<string> _consumerGroups;
    private int _turn = -1;

    private EventHub(HubDeclaration declaration, DateTimeOffset createdAt, PartitionLog[] partitions)
    {
        Name = declaration.Name;
        CreatedAt = createdAt;
        _partitions = partitions;
        _consumerGroups = new HashSet<string>([HubDeclaration.DefaultConsumerGroup, .. declaration.ConsumerGroups], StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Its name, as declared.</summary>
    public string Name { get; }

    /// <summary>When it was first opened.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>Its partitions; their ids are their places, from 0.</summary>
    public IReadOnlyList<PartitionLog> Partitions => _partitions;

    /// <summary>Its consumer groups.</summary>
    public IReadOnlyCollection<string> ConsumerGroups => _consumerGroups;

    /// <summary>Who reads it.</summary>
    public PartitionConsumers Consumers { get; } = new();

    /// <summary>Opens a hub below a folder, or makes it.</summary>
    /// <exception cref="EmbeddedHostException">It had another number of partitions before.</exception>
    /// <exception cref="LogDamagedException">Acknowledged events are missing or not intact.</exception>
    public static EventHub Open(string folder, HubDeclaration declaration, TimeProvider time, ILogger logger)
    {
        Directory.CreateDirectory(folder);
        var description = ReadOrCreate(Path.Combine(folder, "hub.json"), declaration, time);
        if (description.PartitionCount != declaration.PartitionCount && !declaration.KeepsPartitions)
        {
            throw new EmbeddedHostException(
                $"The event hub '{declaration.Name}' has {description.PartitionCount} partitions, and its keys are spread over them; it cannot be opened with "
                + $"{declaration.PartitionCount}. Declare {description.PartitionCount}, or delete {folder} to start it empty.");
        }

        var partitions = new PartitionLog?[description.PartitionCount];
        try
        {
            // Logs whose host was killed are looked through, which takes a while where they are full.
            Parallel.For(0, partitions.Length, id => partitions[id] = PartitionLog.Open(Path.Combine(folder, $"{id}"), declaration.Log, time, logger));
            return new EventHub(declaration, description.CreatedAt, partitions!);
        }
        catch (Exception e)
        {
            foreach (var partition in partitions) partition?.Dispose();
            if (e is AggregateException { InnerExceptions: [{ } first, ..] }) ExceptionDispatchInfo.Throw(first);
            throw;
        }
    }

    /// <summary>Whether the hub has a consumer group; without regard to case.</summary>
    public bool HasConsumerGroup(string name) => _consumerGroups.Contains(name);

    /// <summary>The partition of an id such as <c>0</c>; null where there is none.</summary>
    public int? FindPartition(string id) =>
        int.TryParse(id, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) && number < _partitions.Length
            ? number
            : null;

    /// <summary>The partition that events of a key go to; those without a key go round.</summary>
    public int Route(ReadOnlySpan<byte> partitionKey) => partitionKey.IsEmpty
        ? (int)((uint)Interlocked.Increment(ref _turn) % (uint)_partitions.Length)
        : PartitionKeyHash.Partition(partitionKey, _partitions.Length);

    /// <inheritdoc/>
    public void Dispose() => Parallel.ForEach(_partitions, partition => partition.Dispose());

    private static Description ReadOrCreate(string path, HubDeclaration declaration, TimeProvider time)
    {
        if (!File.Exists(path))
        {
            var temporary = path + ".tmp";
            File.WriteAllText(temporary, JsonSerializer.Serialize(new Description(declaration.PartitionCount, time.GetUtcNow()), s_json));
            File.Move(temporary, path);
        }

        try
        {
            return JsonSerializer.Deserialize<Description>(File.ReadAllText(path), s_json) ?? throw new JsonException("It is empty.");
        }
        catch (JsonException e)
        {
            throw new EmbeddedHostException($"{path} is not valid: {e.Message} Delete it; the next start writes it anew.", e);
        }
    }

    private sealed record Description(int PartitionCount, DateTimeOffset CreatedAt);
}
