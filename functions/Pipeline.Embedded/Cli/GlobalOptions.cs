using System.CommandLine;

namespace Pipeline.Embedded.Cli;

/// <summary>The options that every verb has.</summary>
internal sealed class GlobalOptions
{
    private readonly Option<string?> _url = new("--url") { Description = "Drive the app at this address; without it, the app that serve runs on the folder, or one in this process. Also PIPELINE_URL.", HelpName = "URL", Recursive = true };
    private readonly Option<string?> _key = new("--key") { Description = "The app's function key. Also PIPELINE_KEY.", HelpName = "KEY", Recursive = true };
    private readonly Option<string?> _root = new("--root") { Description = "Folder of the app on this machine [default: .pipeline]", HelpName = "DIR", Recursive = true };
    private readonly Option<string> _output = new("--output", "-o") { Description = "How the answer is written: table, json or csv", HelpName = "FORMAT", Recursive = true, DefaultValueFactory = _ => "table" };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Write nothing but the answer and errors", Recursive = true };
    private readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Write the log of the app in this process to standard error", Recursive = true };
    private readonly Option<bool> _noColor = new("--no-color") { Description = "Use no colour. Also NO_COLOR.", Recursive = true };

    /// <summary>Adds them to the root, and through it to every verb.</summary>
    public void AddTo(RootCommand root)
    {
        _output.CompletionSources.Add("table", "json", "csv");
        foreach (var option in new Option[] { _url, _key, _root, _output, _quiet, _verbose, _noColor })
            root.Options.Add(option);
    }

    /// <summary>The format of answers and errors, as far as it was given right.</summary>
    public OutputFormat Format(ParseResult parsed) => TryFormat(parsed.GetValue(_output)) ?? OutputFormat.Table;

    /// <summary>Reads them; what the command line says comes before the environment.</summary>
    /// <exception cref="CliException">One of them is wrong, or two of them contradict each other.</exception>
    public CliSettings Read(ParseResult parsed, CliEnvironment environment)
    {
        var format = TryFormat(parsed.GetValue(_output))
            ?? throw new CliException(CliFault.Usage($"'{parsed.GetValue(_output)}' is not a format: --output is table, json or csv."));
        var (url, root) = (parsed.GetValue(_url), parsed.GetValue(_root));
        if (url is not null && root is not null)
            throw new CliException(CliFault.Usage("--url and --root exclude each other: the first names an app that runs elsewhere, the second the folder of one on this machine."));
        var origin = "--url";
        if (url is null && root is null && Variable("PIPELINE_URL") is { } fromEnvironment)
            (url, origin) = (fromEnvironment, "PIPELINE_URL");

        return new CliSettings(
            url is null ? null : ParseUrl(url, origin),
            parsed.GetValue(_key) ?? Variable("PIPELINE_KEY"),
            Path.GetFullPath(root ?? ".pipeline", environment.WorkingFolder),
            format,
            parsed.GetValue(_quiet),
            parsed.GetValue(_verbose),
            Color: !parsed.GetValue(_noColor) && Variable("NO_COLOR") is null);

        string? Variable(string name) => environment.Variable(name) is { Length: > 0 } value ? value : null;
    }

    /// <summary>Refuses an address where it makes no sense.</summary>
    /// <exception cref="CliException">There is one on the command line.</exception>
    public void RefuseUrl(ParseResult parsed, string why)
    {
        if (parsed.GetValue(_url) is not null)
            throw new CliException(CliFault.Usage(why));
    }

    private static OutputFormat? TryFormat(string? word) => word?.ToUpperInvariant() switch
    {
        "TABLE" => OutputFormat.Table,
        "JSON" => OutputFormat.Json,
        "CSV" => OutputFormat.Csv,
        _ => null,
    };

    private static Uri ParseUrl(string text, string origin) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme is "http" or "https") && url.Query.Length == 0 && url.Fragment.Length == 0 && url.UserInfo.Length == 0
            ? url
            : throw new CliException(CliFault.Usage($"{origin} must be an address such as http://127.0.0.1:7071; this is '{text}'."));
}
