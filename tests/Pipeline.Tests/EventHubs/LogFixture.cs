using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Embedded.EventHubs.Log;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.EventHubs;

/// <summary>A partition's log in a folder of its own, with a clock that stands still.</summary>
internal sealed class LogFixture : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public LogFixture(LogOptions? options = null)
    {
        Options = options ?? new LogOptions();
        Log = Open();
    }

    public LogOptions Options { get; }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2024, 5, 1, 12, 0, 0, TimeSpan.Zero));

    public PartitionLog Log { get; private set; }

    public string Folder => _folder.Path;

    public IReadOnlyList<string> Files => [.. Directory.GetFiles(Folder, "*" + LogSegment.Extension).Order(StringComparer.Ordinal)];

    public PartitionLog Open() => PartitionLog.Open(Folder, Options, Time, NullLogger.Instance);

    /// <summary>Closes the log, lets something happen to its files, and opens it again.</summary>
    public void Reopen(Action? meanwhile = null)
    {
        Log.Dispose();
        meanwhile?.Invoke();
        Log = Open();
    }

    /// <summary>Appends each text as a commit of its own.</summary>
    public async Task AppendAsync(params string[] texts)
    {
        foreach (var text in texts) await Log.AppendAsync([Event(text)]);
    }

    public static EventToAppend Event(string text, string key = "") => new(Encoding.UTF8.GetBytes(key), default, 0, Encoding.UTF8.GetBytes(text));

    public IReadOnlyList<string> ReadAll() => ReadFrom(LogPosition.Start);

    public IReadOnlyList<string> ReadFrom(LogPosition position) => [.. StoredFrom(position).Select(stored => stored.Text)];

    /// <summary>All events that are there from a position on.</summary>
    public IReadOnlyList<(long Sequence, long Offset, long Time, string Text)> StoredFrom(LogPosition position)
    {
        var reader = Log.OpenReader(position);
        var read = new List<(long, long, long, string)>();
        while (reader.ReadAvailable() is { Count: > 0 } events)
        {
            read.AddRange(events.Select(stored => (stored.SequenceNumber, stored.Offset, stored.EnqueuedTime, Encoding.UTF8.GetString(stored.Sections.Span))));
        }

        return read;
    }

    public void Dispose()
    {
        Log.Dispose();
        _folder.Dispose();
    }
}
