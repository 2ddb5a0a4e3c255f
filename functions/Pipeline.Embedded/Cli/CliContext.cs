using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pipeline.Embedded.Cli.Rendering;

namespace Pipeline.Embedded.Cli;

/// <summary>What a verb works with: the settings, the two streams, and the way to the app.</summary>
internal sealed class CliContext(CliEnvironment environment, CliSettings settings)
{
    /// <summary>The process around.</summary>
    public CliEnvironment Environment { get; } = environment;

    /// <summary>The global options.</summary>
    public CliSettings Settings { get; } = settings;

    /// <summary>For the answer, and nothing else.</summary>
    public Terminal Out { get; } = new(environment.Out, environment.OutIsTerminal, environment.Width, settings.Color);

    /// <summary>For progress, notes and errors.</summary>
    public Terminal Error { get; } = new(environment.Error, environment.ErrorIsTerminal, environment.Width, settings.Color);

    /// <summary>Cancelled by the first Ctrl-C.</summary>
    public CancellationToken Interrupted => Environment.Interrupted;

    /// <summary>The clock.</summary>
    public TimeProvider Time => Environment.Time;

    /// <summary>How progress is shown here.</summary>
    public IProgressDisplay Progress => Settings.Quiet ? new NoProgress()
        : Error.CanRedraw && !Settings.Verbose ? new TerminalProgress(Error.Console)
        : new LineProgress(Error.Writer, Time);

    /// <summary>Connects to the app that the options name, or starts one in this process.</summary>
    public Task<AppConnection> ConnectAsync()
    {
        if (Settings.Url is not { } url)
            return LocalApp.ConnectAsync(Settings, Interrupted);
        if (Settings.Key is not null && url.Scheme == Uri.UriSchemeHttp && !url.IsLoopback)
            Note($"The key goes to {url} unencrypted, for anybody on the way to read. Use https.");
        return Task.FromResult(new AppConnection(PipelineClient.Create(url, Settings.Key), host: null) { EventHubs = LocalApp.EventHubsAt(url, Settings.Root) });
    }

    /// <summary>Tells the user something by the way.</summary>
    public void Note(string text)
    {
        if (!Settings.Quiet)
            Error.WriteLine(text);
    }

    /// <summary>Writes the answer in the form that was asked for.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="json">Its type as a document, as <see cref="CliJson.Readable"/> has it.</param>
    /// <param name="csv">Writes it as CSV, with a header.</param>
    /// <param name="table">Shows it to a person.</param>
    public void Answer<T>(T answer, JsonTypeInfo<T> json, Action<TextWriter, T> csv, Action<T> table) =>
        Answer(answer, (writer, value) => writer.WriteLine(JsonSerializer.Serialize(value, json)), csv, table);

    /// <summary>The same for an answer that writes its document itself.</summary>
    public void Answer<T>(T answer, Action<TextWriter, T> json, Action<TextWriter, T> csv, Action<T> table)
    {
        switch (Settings.Output)
        {
            case OutputFormat.Json:
                json(Out.Writer, answer);
                break;
            case OutputFormat.Csv:
                csv(Out.Writer, answer);
                break;
            default:
                table(answer);
                break;
        }
    }

    /// <summary>The same for a list, which a person sees as a table, or is told that it is empty.</summary>
    /// <param name="answer">The list.</param>
    /// <param name="json">Its type as a document.</param>
    /// <param name="csv">Writes it as CSV, with a header.</param>
    /// <param name="table">Its rows for a person.</param>
    /// <param name="none">What to say where there are none.</param>
    public void AnswerList<T>(T answer, JsonTypeInfo<T> json, Action<TextWriter, T> csv, TextTable table, string none)
    {
        var isEmpty = table.Rows.Count == 0;
        Answer(answer, json, csv, _ =>
        {
            if (!isEmpty)
                WriteTable(table);
        });
        if (isEmpty)
            Note(none);
    }

    /// <summary>Writes rows for a person, and what of them is missing.</summary>
    public void WriteTable(TextTable table)
    {
        Out.Write(table.Render(Out.Width, out var hidden));
        if (hidden > 0)
            Out.WriteLine($"… {Shown.Count(hidden, "column")} not shown; --output csv or json shows all.");
    }
}
