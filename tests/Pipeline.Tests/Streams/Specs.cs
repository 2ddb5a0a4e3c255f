using System.Text;
using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Streams;

namespace Pipeline.Tests.Streams;

/// <summary>Specs of streams as tests write them.</summary>
internal static class Specs
{
    public static readonly string[] Hubs = ["trades", "events"];

    /// <summary>The faults of a spec, each as its pointer and what it says.</summary>
    public static IReadOnlyList<SpecFault> Faults(string json)
    {
        Read(json, out var faults);
        return faults;
    }

    /// <summary>A spec that must be sound as far as it can be told without its query.</summary>
    public static StreamSpec Sound(string json)
    {
        var spec = Read(json, out var faults);
        Assert.Empty(faults);
        return spec;
    }

    /// <summary>A spec for events of these columns.</summary>
    public static StreamSpec OfColumns(string columns, string more = "") =>
        Sound($$"""{ "hub": "trades", "columns": { {{columns}} }, "query": "select 1" {{more}} }""");

    /// <summary>An event as a hub delivers it.</summary>
    public static StreamEvent Event(long sequence, string body, DateTimeOffset? enqueued = null) =>
        new(Encoding.UTF8.GetBytes(body), sequence, Micros.Of(enqueued ?? new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero)), $"{sequence * 100}");

    private static StreamSpec Read(string json, out List<SpecFault> faults)
    {
        faults = [];
        using var document = JsonDocument.Parse(json);
        var reader = SpecReader.Open(document.RootElement.Clone(), faults);
        var spec = StreamSpecReader.Read(reader, Hubs);
        reader.End();
        return spec;
    }
}
