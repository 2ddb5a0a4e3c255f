using System.CommandLine;
using System.Globalization;
using Pipeline.Embedded.Cli.Rendering;
using Pipeline.Embedded.Cli.Sending;
using Pipeline.Streams;

namespace Pipeline.Embedded.Cli.Commands;

/// <summary><c>send HUB</c>: events for an event hub, from files or made up.</summary>
internal sealed class SendCommand : Verb
{
    private static readonly string[] Generators = ["trades", "orders"];
    private static readonly string[] TextExtensions = [".json", ".jsonl", ".ndjson", ".csv"];

    private readonly Argument<string> _hub = new("HUB") { Description = "The event hub" };
    private readonly Argument<string?> _file = new("FILE") { Description = "JSON lines, CSV with a header, Parquet or a folder of it; - for JSON lines from standard input", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _generate = new("--generate") { Description = "Make events up instead: trades (ticks of 500 symbols), or orders (the same with limit orders among them)", HelpName = "WHAT" };
    private readonly Option<double?> _rate = Positive("--rate", "N", "Events a second at most [default: as fast as it goes]");
    private readonly Option<double?> _speed = Positive("--speed", "X", "Replay: X times as fast as the events happened, by --time");
    private readonly Option<string?> _time = new("--time") { Description = "The field that says when an event happened", HelpName = "FIELD" };
    private readonly Option<string?> _key = new("--key") { Description = "The field whose value is the partition key [default with --generate: symbol]", HelpName = "FIELD" };
    private readonly Option<string?> _query = new("--query") { Description = "Send the rows of this SQL instead of those of the files, which are its table 'input'", HelpName = "SQL" };
    private readonly Option<int?> _count = CommonArguments.Number("--count", "N", "How many events at most", 1, int.MaxValue);
    private readonly Option<int?> _seed = CommonArguments.Number("--seed", "S", "Which made-up events [default: 1]", 0, int.MaxValue);
    private readonly Option<string?> _start = new("--start") { Description = "When the first made-up event happens [default: now]", HelpName = "TIME" };
    private readonly Option<string?> _connection = new("--connection") { Description = "Connection string of the event hubs [default: those of the app on the folder]. Also EventHubsConnection.", HelpName = "STRING" };

    public SendCommand()
        : base("send", "Send events to an event hub: from a file, replayed at their own pace, or made up")
    {
        Arguments.Add(_hub);
        Arguments.Add(_file);
        foreach (var option in new Option[] { _generate, _rate, _speed, _time, _key, _query, _count, _seed, _start, _connection })
            Options.Add(option);
    }

    public override IReadOnlyList<(string Line, string Meaning)> Examples =>
    [
        ("send trades --generate trades --rate 20000 --count 1000000 --seed 7", "send made-up ticks at a steady rate"),
        ("send events clicks.jsonl --key user", "send a file of JSON lines"),
        ("send flights samples/data/flights --time date --speed 3600 --key origin", "replay rows an hour a second"),
    ];

    public override async Task RunAsync(CliContext context, ParseResult parsed)
    {
        var hub = parsed.GetRequiredValue(_hub);
        var events = Source(context, parsed);
        if (parsed.GetValue(_count) is { } count)
            events = events.Take(count);
        await using var connection = await HubConnection.OpenAsync(context, parsed.GetValue(_connection));
        var pacer = new Pacer(context.Time, parsed.GetValue(_rate), parsed.GetValue(_speed));
        var outcome = await context.Progress.ShowAsync(new ProgressStep("Sending", Shown.Text(hub), null), progress =>
            SendAsync(context, hub, pacer.BatchesAsync(events, context.Interrupted), connection.Sender, progress));
        Write(context, outcome);
        if (connection.InProcess)
            context.Note("The hub keeps the events. Streams work on them while an app is up: start 'serve'.");
    }

    private static async Task<SendOutcome> SendAsync(
        CliContext context, string hub, IAsyncEnumerable<IReadOnlyList<EventToSend>> batches, IEventHubSender sender, IProgress<ProgressStep> progress)
    {
        var (events, bytes) = (0L, 0L);
        var began = context.Time.GetTimestamp();
        try
        {
            await foreach (var batch in batches)
            {
                await sender.SendAsync(hub, [.. batch.Select(e => new OutgoingEvent(e.Body, e.Key))], context.Interrupted);
                events += batch.Count;
                bytes += batch.Sum(e => (long)e.Body.Length);
                var seconds = context.Time.GetElapsedTime(began).TotalSeconds;
                progress.Report(new ProgressStep("sending", $"{Shown.Count(events, "event")}, {Shown.Number((long)(events / Math.Max(seconds, 0.001)))}/s", null));
            }
        }
        catch (EventHubException e)
        {
            throw new CliException(CliFault.Unreachable(e.Message, events > 0 ? $"{Shown.Count(events, "event")} had been sent by then." : null), e);
        }
        return new SendOutcome(hub, events, bytes, Math.Round(context.Time.GetElapsedTime(began).TotalSeconds, 3));
    }

    private static void Write(CliContext context, SendOutcome outcome)
    {
        switch (context.Settings.Output)
        {
            case OutputFormat.Json:
                context.WriteJson(outcome, CliJson.Readable.SendOutcome);
                break;
            case OutputFormat.Csv:
                CsvText.WriteRecord(context.Out.Writer, ["hub", "events", "bytes", "seconds"]);
                CsvText.WriteRecord(context.Out.Writer, [outcome.Hub, .. new[] { outcome.Events, outcome.Bytes, outcome.Seconds }.Select(n => n.ToString(CultureInfo.InvariantCulture))]);
                break;
            default:
                context.Out.WriteLine($"{Shown.Text(outcome.Hub)}: {Shown.Count(outcome.Events, "event")}, {ByteSize.Format(outcome.Bytes)} in {Shown.Duration(TimeSpan.FromSeconds(outcome.Seconds))}");
                break;
        }
    }

    private IAsyncEnumerable<EventToSend> Source(CliContext context, ParseResult parsed)
    {
        var (file, what, query) = (parsed.GetValue(_file), parsed.GetValue(_generate), parsed.GetValue(_query));
        var (speed, time) = (parsed.GetValue(_speed), parsed.GetValue(_time));
        if ((file is null) == (what is null))
            throw new CliException(CliFault.Usage(file is null ? "There is nothing to send: name a FILE, - for standard input, or --generate trades." : "FILE and --generate exclude each other."));
        if (what is not null)
            return Generated(context, parsed, what);
        if (speed is not null != time is not null)
            throw new CliException(CliFault.Usage(speed is null ? "--time is for a replay: say how fast with --speed." : "--speed goes by the events' own time: name its field with --time."));
        var fields = new EventFields(parsed.GetValue(_key), time);
        if (file == "-")
        {
            return query is null
                ? EventLines.ReadAsync(context.Environment.OpenInput(), "standard input", isCsv: false, fields, context.Interrupted)
                : throw new CliException(CliFault.Usage("--query reads files, not standard input."));
        }
        var files = Files(file!, Path.GetFullPath(file!, context.Environment.WorkingFolder));
        return query is not null || Path.GetExtension(files[0]).Equals(".parquet", StringComparison.OrdinalIgnoreCase)
            ? EventQuery.ReadAsync(files, file!, query, fields, context.Interrupted)
            : EventLines.ReadAsync(Open(files[0], file!), file!, Path.GetExtension(file!).Equals(".csv", StringComparison.OrdinalIgnoreCase), fields, context.Interrupted);
    }

    private IAsyncEnumerable<EventToSend> Generated(CliContext context, ParseResult parsed, string what)
    {
        if (!Generators.Contains(what, StringComparer.Ordinal))
            throw new CliException(CliFault.Usage($"'{what}' cannot be made up: --generate is one of {string.Join(", ", Generators)}.{NearestName.Hint(what, Generators)}"));
        if (parsed.GetValue(_query) is not null || parsed.GetValue(_speed) is not null || parsed.GetValue(_time) is not null)
            throw new CliException(CliFault.Usage("--query, --speed and --time are for files. Made-up events come at --rate."));
        if (parsed.GetValue(_key) is not (null or "symbol"))
            throw new CliException(CliFault.Usage("The partition key of made-up events is their symbol."));
        var start = context.Time.GetUtcNow();
        if (parsed.GetValue(_start) is { } text && !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out start))
            throw new CliException(CliFault.Usage($"--start is a time such as 2026-01-31T09:30:00Z; this is '{text}'."));
        var generator = new TradeGenerator(parsed.GetValue(_seed) ?? 1, start, parsed.GetValue(_rate) ?? TradeGenerator.UsualRate);
        return (what == "trades" ? generator.Trades() : generator.Orders()).ToAsyncEnumerable();
    }

    private static string[] Files(string shown, string path)
    {
        if (File.Exists(path))
            return [path];
        if (!Directory.Exists(path))
        {
            var folder = Path.GetDirectoryName(path);
            var near = Directory.Exists(folder) ? NearestName.Hint(Path.GetFileName(path), Directory.EnumerateFileSystemEntries(folder).Select(f => Path.GetFileName(f)!)).TrimStart() : null;
            throw new CliException(CliFault.NotFound($"There is no file {shown}.", string.IsNullOrEmpty(near) ? null : near));
        }
        string[] files = [.. Directory.EnumerateFiles(path, "*.parquet", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new CliException(CliFault.NotFound($"There are no Parquet files in the folder {shown}. Name a single file of another kind ({string.Join(", ", TextExtensions)})."));
    }

    private static FileStream Open(string path, string shown)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(CliFault.InvalidInput($"{shown} cannot be read: {e.Message}"), e);
        }
    }

    private static Option<double?> Positive(string name, string helpName, string description) => new(name)
    {
        Description = description,
        HelpName = helpName,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 1e9)
                return number;
            result.AddError($"{name} is a number above 0; this is '{text}'.");
            return null;
        },
    };
}
