using System.Collections.Concurrent;

namespace Pipeline.Streams;

/// <summary>How many parts of an output a receiver has taken that takes them one by one, so that an attempt after a failure goes on
/// where the last one ended. It is in memory: after a crash the receiver gets parts again, with the keys that it knows.</summary>
internal sealed class SinkProgress
{
    private readonly ConcurrentDictionary<string, (StreamOrigin Origin, int Done)> _places = new(StringComparer.Ordinal);

    /// <summary>How many parts are done.</summary>
    public int Of(StreamOrigin origin) => _places.TryGetValue(origin.Place, out var found) && found.Origin == origin ? found.Done : 0;

    /// <summary>One more is done.</summary>
    public void Set(StreamOrigin origin, int done) => _places[origin.Place] = (origin, done);
}
