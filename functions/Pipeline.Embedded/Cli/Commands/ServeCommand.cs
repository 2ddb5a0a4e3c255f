using System.CommandLine;
using Pipeline.Embedded.EventHubs;
using Pipeline.Embedded.Hosting;
using Pipeline.Embedded.Http;

namespace Pipeline.Embedded.Cli.Commands;

/// <summary><c>serve</c>: the app, until somebody stops it.</summary>
internal sealed class ServeCommand : Verb
{
    /// <summary>The port where the documentation looks for the app.</summary>
    public const int UsualPort = 7071;

    private readonly GlobalOptions _globals;
    private readonly Option<int?> _port = CommonArguments.Number("--port", "PORT", $"Port to listen on; 0 takes a free one [default: {UsualPort}]", 0, 65535);
    private readonly Option<string> _listen = new("--listen") { Description = "Address to listen on; 0.0.0.0 for all of this machine", HelpName = "ADDRESS", DefaultValueFactory = _ => "127.0.0.1" };

    public ServeCommand(GlobalOptions globals)
        : base("serve", "Start the app on this machine and keep it up")
    {
        _globals = globals;
        Options.Add(_port);
        Options.Add(_listen);
    }

    public override IReadOnlyList<(string Line, string Meaning)> Examples => [("serve --port 8080", "serve on another port")];

    public override async Task RunAsync(CliContext context, ParseResult parsed)
    {
        _globals.RefuseUrl(parsed, "serve starts an app on this machine; --url is for the verbs that drive one. Choose its address with --listen and --port.");
        var options = new EmbeddedHostOptions
        {
            Root = context.Settings.Root,
            Url = Address(parsed.GetRequiredValue(_listen), parsed.GetValue(_port) ?? UsualPort),
            EventHubsPort = EventHubsOptions.UsualPort,
        };
        await using var app = await LocalApp.StartAsync(options, context.Interrupted);
        app.Announce();
        if (!context.Settings.Quiet)
        {
            app.Host.WriteFunctions(context.Out.Writer);
            context.Out.WriteLine($"Serving {context.Settings.Root} at {app.Host.BaseAddress} (keys in {Path.Combine(context.Settings.Root, HostKeys.FileName)}; Ctrl-C stops)");
            context.Out.WriteLine($"Dashboard: {app.Host.BaseAddress} (asks for a key once)");
        }
        await UntilInterruptedAsync(context.Interrupted);
        context.Note("Stopping; running activities may finish (Ctrl-C again quits at once)");
        await app.Host.StopAsync();
    }

    private static async Task UntilInterruptedAsync(CancellationToken interrupted)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = interrupted.Register(ended.SetResult);
        await ended.Task;
    }

    private static Uri Address(string listen, int port)
    {
        var host = listen.Contains(':') && !listen.StartsWith('[') ? $"[{listen}]" : listen;
        return Uri.TryCreate($"http://{host}:{port}", UriKind.Absolute, out var url) && url.AbsolutePath == "/" && url.UserInfo.Length == 0
            ? url
            : throw new CliException(CliFault.Usage($"--listen must be an address of this machine, such as 127.0.0.1; this is '{listen}'."));
    }
}
