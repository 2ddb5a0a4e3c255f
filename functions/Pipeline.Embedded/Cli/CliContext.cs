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
        return Task.FromResult(new AppConnection(PipelineClient.Create(url, Settings.Key), host: null));
    }

    /// <summary>Tells the user something by the way.</summary>
    public void Note(string text)
    {
        if (!Settings.Quiet)
            Error.WriteLine(text);
    }

    /// <summary>Writes a document of the API.</summary>
    public void WriteJson<T>(T value, JsonTypeInfo<T> type) => Out.WriteLine(JsonSerializer.Serialize(value, type));

    /// <summary>Writes rows for a person, and what of them is missing.</summary>
    public void WriteTable(TextTable table)
    {
        Out.Write(table.Render(Out.Width, out var hidden));
        if (hidden > 0)
            Out.WriteLine($"… {Shown.Count(hidden, "column")} not shown; --output csv or json shows all.");
    }
}
