using System.CommandLine;
using System.Globalization;
using Pipeline.Embedded.Cli.Rendering;
using Pipeline.Embedded.Cli.Sending;
using Pipeline.Streams;

namespace Pipeline.Embedded.Cli.Commands;

/// <summary>The options that say which events are sent, from files or made up, and how fast.</summary>
/// <param name="file">What names the file on the command line.</param>
internal sealed class EventOptions(string file)
{
    private static readonly string[] Generators = ["trades", "orders"];
    private static readonly string[] TextExtensions = [".json", ".jsonl", ".ndjson", ".csv"];

    private readonly Option<string?> _generate = new("--generate") { Description = "Make events up instead: trades (ticks of 500 symbols), or orders (the same with limit orders among them)", HelpName = "WHAT" };
    private readonly Option<double?> _rate = Positive("--rate", "N", "Events a second at most [default: as fast as it goes]");
    private readonly Option<double?> _speed = Positive("--speed", "X", "Replay: X times as fast as the events happened, by --time");
    private readonly Option<string?> _time = new("--time") { Description = "The field that says when an event happened", HelpName = "FIELD" };
    private readonly Option<string?> _key = new("--partition-key") { Description = "The field whose value is the partition key [default with --generate: symbol]", HelpName = "FIELD" };
    private readonly Option<string?> _query = new("--query") { Description = "Send the rows of this SQL instead of those of the files, which are its table 'input'", HelpName = "SQL" };
    private readonly Option<int?> _count = CommonArguments.Number("--count", "N", "How many events at most", 1, int.MaxValue);
    private readonly Option<int?> _seed = CommonArguments.Number("--seed", "S", "Which made-up events [default: 1]", 0, int.MaxValue);
    private readonly Option<string?> _start = new("--start") { Description = "When the first made-up event happens [default: now]", HelpName = "TIME" };

    private Option[] All => [_generate, _count, _seed, _rate, _speed, _time, _key, _query, _start];

    /// <summary>Gives them to a verb.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="briefly">Whether its help names only those that say which events are made up.</param>
    public void AddTo(Command verb, bool briefly = false)
    {
        _generate.CompletionSources.Add(Generators);
        foreach (var option in All)
        {
            option.Hidden = briefly && option != _generate && option != _count && option != _seed;
            verb.Options.Add(option);
        }
    }

    /// <summary>One of them that is given, or null.</summary>
    public Option? Given(ParseResult parsed) => All.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false });

    /// <summary>The events that the options ask for.</summary>
    /// <param name="context">The verb.</param>
    /// <param name="parsed">The options' values.</param>
    /// <param name="path">The file, or <c>-</c>; null where they are made up.</param>
    public IAsyncEnumerable<EventToSend> Read(CliContext context, ParseResult parsed, string? path)
    {
        if (parsed.GetValue<string?>("--key") is not null && context.Settings.Url is null)
            throw new CliException(CliFault.Usage("--key is the key of the app that --url names.", "The field whose value is the events' partition key is given with --partition-key FIELD."));
        var events = Source(context, parsed, path);
        return parsed.GetValue(_count) is { } count ? events.Take(count) : events;
    }

    /// <summary>Sends the events at the pace that the options ask for, and shows how far it is.</summary>
    public Task<SendOutcome> SendAsync(CliContext context, ParseResult parsed, string hub, IAsyncEnumerable<EventToSend> events, IEventHubSender sender)
    {
        var pacer = new Pacer(context.Time, parsed.GetValue(_rate), parsed.GetValue(_speed));
        return context.Progress.ShowAsync(new ProgressStep("Sending", Shown.Text(hub), null), progress =>
            SendAsync(context, hub, pacer.BatchesAsync(events, context.Interrupted), sender, progress));
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

    private IAsyncEnumerable<EventToSend> Source(CliContext context, ParseResult parsed, string? path)
    {
        var (what, query) = (parsed.GetValue(_generate), parsed.GetValue(_query));
        var (speed, time) = (parsed.GetValue(_speed), parsed.GetValue(_time));
        if ((path is null) == (what is null))
            throw new CliException(CliFault.Usage(path is null ? $"There is nothing to send: give {file}, which may be - for standard input, or --generate trades." : $"{file} and --generate exclude each other."));
        if (what is not null)
            return Generated(context, parsed, what);
        if (speed is not null != time is not null)
            throw new CliException(CliFault.Usage(speed is null ? "--time is for a replay: say how fast with --speed." : "--speed goes by the events' own time: name its field with --time."));
        var fields = new EventFields(parsed.GetValue(_key), time);
        if (path == "-")
        {
            return query is null
                ? EventLines.ReadAsync(context.Environment.OpenInput(), "standard input", isCsv: false, fields, context.Interrupted)
                : throw new CliException(CliFault.Usage("--query reads files, not standard input."));
        }
        var files = Files(path!, Path.GetFullPath(path!, context.Environment.WorkingFolder));
        return query is not null || Path.GetExtension(files[0]).Equals(".parquet", StringComparison.OrdinalIgnoreCase)
            ? EventQuery.ReadAsync(files, path!, query, fields, context.Interrupted)
            : EventLines.ReadAsync(Open(files[0], path!), path!, Path.GetExtension(path!).Equals(".csv", StringComparison.OrdinalIgnoreCase), fields, context.Interrupted);
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
            throw MissingFile.Of($"There is no file {shown}.", path);
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
