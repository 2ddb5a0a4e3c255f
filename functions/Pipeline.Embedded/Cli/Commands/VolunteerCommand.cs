using System.CommandLine;
using System.Globalization;
using Pipeline.Embedded.Cli.Rendering;
using Pipeline.Embedded.Volunteer;
using Pipeline.Grid.Wire;

namespace Pipeline.Embedded.Cli.Commands;

/// <summary><c>volunteer</c>: computes for a project with what this machine has to spare.</summary>
internal sealed class VolunteerCommand : Verb
{
    private const long DefaultDisk = 4L << 30;

    private readonly Option<string?> _name = new("--name") { Description = "What the leaderboard calls you [default: the user's name]", HelpName = "NAME" };
    private readonly Option<string?> _cpu = new("--cpu") { Description = "Share of a processor that each task uses [default: 100%]", HelpName = "PERCENT" };
    private readonly Option<int?> _tasks = CommonArguments.Number("--tasks", "N", "Tasks at the same time [default: one a processor]", 1, WireChecks.MaxTasks);
    private readonly Option<string?> _folder = new("--folder") { Description = "Folder for account, inputs, checkpoints and results; one a project [default: .pipeline/volunteer]", HelpName = "DIR" };
    private readonly Option<string?> _disk = new("--disk") { Description = "Disk space that it may take [default: 4GB]", HelpName = "SIZE" };
    private readonly Option<string?> _pauseFile = new("--pause-file") { Description = "Compute nothing while this file exists", HelpName = "FILE" };
    private readonly Option<string?> _projectKey = new("--project-key") { Description = "Fingerprint that the project's key must have [default: trust the first one and keep to it]", HelpName = "SHA256" };
    private readonly Option<int?> _count = CommonArguments.Number("--count", "N", "Leave after N results", 1, 1_000_000);
    private readonly Option<int?> _checkpoint = CommonArguments.Number("--checkpoint", "SECONDS", "How often a running task is saved [default: 20]", 1, 3_600);
    private readonly Option<bool> _untilIdle = new("--until-idle") { Description = "Leave when there is no more work" };

    public VolunteerCommand()
        : base("volunteer", "Compute for a grid project with what this machine has to spare")
    {
        foreach (var option in new Option[] { _name, _cpu, _tasks, _folder, _disk, _pauseFile, _projectKey, _checkpoint, _count, _untilIdle })
            Options.Add(option);
    }

    public override IReadOnlyList<(string Line, string Meaning)> Examples =>
    [
        ("volunteer --url https://grid.example.org --cpu 50%", "compute for a project at half speed; p pauses, r resumes, Ctrl-C leaves"),
        ("volunteer --tasks 2 --until-idle", "compute for the app that 'serve' runs here, until it has no more work"),
    ];

    public override async Task RunAsync(CliContext context, ParseResult parsed)
    {
        var settings = Read(context, parsed);
        using var folder = OpenFolder(settings.Folder);
        using var client = GridClient.Create(settings.Url, settings.Time);
        var (pause, display) = (new PauseSwitch(), new VolunteerDisplay(context));
        using var agent = new VolunteerAgent(settings, client, folder, context.Environment.GridApplications(), pause, display.Tell);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.Interrupted);
        var keys = WatchKeysAsync(context, pause, display, ended.Token);
        try
        {
            await display.ShowAsync(agent, () => agent.RunAsync(context.Interrupted));
        }
        catch (OperationCanceledException) when (context.Interrupted.IsCancellationRequested)
        {
            throw new CliException(CliFault.Interrupted("Interrupted.", "Running tasks are saved; the same command goes on with them."));
        }
        catch (ServerRefusedException e)
        {
            throw new CliException(e.IsOfIdentity
                ? CliFault.Unauthorized(e.Message, $"If the project has forgotten this host, remove {settings.Folder} to register anew.")
                : CliFault.InvalidInput(e.Message), e);
        }
        catch (UntrustedWorkException e)
        {
            throw new CliException(CliFault.Unauthorized(e.Message), e);
        }
        catch (InvalidDataException e)
        {
            throw new CliException(CliFault.InvalidInput(e.Message), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(CliFault.Unexpected($"The folder {settings.Folder} cannot be used any more: {e.Message}", "Running tasks are saved as far as the disk took them; the same command goes on with them."), e);
        }
        finally
        {
            await ended.CancelAsync();
            await keys.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        var status = agent.Status;
        context.Note(string.Create(CultureInfo.InvariantCulture, $"{status.Reported} reported, {status.Failed} failed."));
    }

    private VolunteerSettings Read(CliContext context, ParseResult parsed)
    {
        var here = context.Environment.WorkingFolder;
        var url = context.Settings.Url ?? RootClaim.Served(context.Settings.Root)?.Url
            ?? throw new CliException(CliFault.Usage("Whom to compute for? Give the project's address with --url, or run 'serve' on this folder."));
        var untilIdle = parsed.GetValue(_untilIdle);
        var usual = new VolunteerSettings(url, parsed.GetValue(_folder) is { } folder ? Path.GetFullPath(folder, here) : Path.Combine(context.Settings.Root, "volunteer"));
        return usual with
        {
            Name = DisplayName(parsed.GetValue(_name) ?? context.Environment.Variable("USER") ?? context.Environment.Variable("USERNAME")),
            Tasks = parsed.GetValue(_tasks) ?? Environment.ProcessorCount,
            CpuShare = Share(parsed.GetValue(_cpu)),
            PauseFile = parsed.GetValue(_pauseFile) is { } file ? Path.GetFullPath(file, here) : null,
            ProjectKey = Fingerprint(parsed.GetValue(_projectKey)),
            Count = parsed.GetValue(_count),
            UntilIdle = untilIdle,
            CheckpointEvery = parsed.GetValue(_checkpoint) is { } seconds ? TimeSpan.FromSeconds(seconds) : usual.CheckpointEvery,
            DiskBytes = Disk(parsed.GetValue(_disk)),
            WorkWait = untilIdle ? TimeSpan.FromSeconds(2) : usual.WorkWait,
            Time = context.Time,
        };
    }

    private static VolunteerFolder OpenFolder(string path)
    {
        try
        {
            return VolunteerFolder.Open(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(CliFault.CannotStart($"The folder {path} cannot be used: {e.Message}", "If another volunteer works in it, give this one its own with --folder."), e);
        }
    }

    private static async Task WatchKeysAsync(CliContext context, PauseSwitch pause, VolunteerDisplay display, CancellationToken cancellationToken)
    {
        if (context.Environment.PressedKey is not { } pressed)
            return;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200), context.Time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            while (pressed() is { } key)
            {
                if (char.ToLowerInvariant(key) is not ('p' or 'r') || pause.IsPaused == (char.ToLowerInvariant(key) == 'p'))
                    continue;
                var pauses = char.ToLowerInvariant(key) == 'p';
                pause.SetByKey(pauses);
                display.Tell(new VolunteerEvent(pauses ? "paused" : "resumed", pauses ? "Paused; r resumes" : "Going on"));
            }
        }
    }

    private static string DisplayName(string? text) => text is { Length: > 0 } ? text.Length > 50 ? text[..50] : text : "anonymous";

    private static double Share(string? text)
    {
        if (text is null)
            return 1;
        return double.TryParse(text.TrimEnd('%'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is >= 1 and <= 100
            ? percent / 100
            : throw new CliException(CliFault.Usage($"--cpu is a percentage from 1% to 100%; this is '{text}'."));
    }

    private static string? Fingerprint(string? text) => text is null || GridNames.IsSha256(text.ToLowerInvariant())
        ? text?.ToLowerInvariant()
        : throw new CliException(CliFault.Usage("--project-key is the key's SHA-256, 64 hexadecimal digits, as GET /api/grid/key shows it."));

    private static long Disk(string? text) => text is null ? DefaultDisk
        : ByteSize.TryParse(text, out var bytes) && bytes >= 1 << 20 ? bytes
        : throw new CliException(CliFault.Usage($"--disk is a size from 1MB, such as 2GB; this is '{text}'."));
}
