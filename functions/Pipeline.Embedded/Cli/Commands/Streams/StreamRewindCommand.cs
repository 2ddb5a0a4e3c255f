using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Embedded.Cli.Rendering;

namespace Pipeline.Embedded.Cli.Commands;

/// <summary><c>stream rewind NAME --to WHERE</c>: replays a stream from the hub's log.</summary>
internal sealed class StreamRewindCommand : Verb
{
    private readonly Argument<string> _name = new("NAME") { Description = "The stream" };
    private readonly Option<string> _to = new("--to") { Description = "earliest; a time such as 2026-01-31T09:30:00Z; or sequence numbers by partition: 0=1200,1=1180", HelpName = "WHERE", Required = true };

    public StreamRewindCommand()
        : base("rewind", "Replay a stream from the hub's log; what it wrote of that time is written anew")
    {
        Arguments.Add(_name);
        Options.Add(_to);
    }

    public override IReadOnlyList<(string Line, string Meaning)> Examples => [("stream rewind vwap --to earliest", "replay a stream from the oldest event that the hub keeps")];

    public override async Task RunAsync(CliContext context, ParseResult parsed)
    {
        var name = parsed.GetRequiredValue(_name);
        var to = Read(parsed.GetRequiredValue(_to));
        await using var app = await context.ConnectAsync();
        await app.Client.RewindStreamAsync(name, to, context.Interrupted);
        context.Note($"Stream {Shown.Text(name)} begins anew.");
    }

    private static JsonNode Read(string text)
    {
        if (!text.Contains('='))
            return JsonValue.Create(text);
        var numbers = new JsonObject();
        foreach (var part in text.Split(','))
        {
            var at = part.IndexOf('=');
            if (at <= 0 || !long.TryParse(part.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) || !numbers.TryAdd(part[..at], sequence))
                throw new CliException(CliFault.Usage($"'{part}' is not PARTITION=SEQUENCE, such as 0=1200."));
        }
        return numbers;
    }
}
