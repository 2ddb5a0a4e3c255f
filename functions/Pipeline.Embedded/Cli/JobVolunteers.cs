using Pipeline.Embedded.Volunteer;

namespace Pipeline.Embedded.Cli;

/// <summary>Volunteers in this process, each with an account of its own, for as long as a job needs them.</summary>
/// <param name="context">The verb.</param>
/// <param name="app">The project.</param>
/// <param name="count">How many.</param>
internal sealed class JobVolunteers(CliContext context, AppConnection app, int count)
{
    /// <summary>The most of them that one command may be.</summary>
    public const int Most = 64;

    /// <summary>Lets them work while something goes on, and then leave.</summary>
    /// <exception cref="CliException">One of them cannot work.</exception>
    public async Task<T> WhileAsync<T>(Func<Task<T>> work)
    {
        // Accounts are bound to the app's address, which an app in this process has for this time only.
        var root = Path.Combine(context.Settings.Root, "volunteers", Guid.NewGuid().ToString("N"));
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(context.Interrupted);
        var volunteers = Enumerable.Range(1, count).Select(number => ComputeAsync(root, number, leave.Token)).ToArray();
        try
        {
            var working = work();
            // A volunteer leaves only when it is told to, or cannot go on.
            if (await Task.WhenAny([working, .. volunteers]) is var first && first != working && !leave.IsCancellationRequested)
                await first;
            return await working;
        }
        catch (Exception e) when (e is ServerRefusedException or UntrustedWorkException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new CliException(CliFault.Unexpected($"A volunteer cannot work: {e.Message}"), e);
        }
        finally
        {
            await leave.CancelAsync();
            await Task.WhenAll(volunteers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (Directory.Exists(root))
                Directory.Delete(root, recursive: true);
        }
    }

    private async Task ComputeAsync(string root, int number, CancellationToken stop)
    {
        var settings = new VolunteerSettings(app.Client.Address, Path.Combine(root, $"{number}"))
        {
            Name = $"volunteer-{number}",
            Tasks = Math.Max(1, Environment.ProcessorCount / count),
            WorkWait = TimeSpan.FromSeconds(2),
            Time = context.Time,
        };
        using var folder = VolunteerFolder.Open(settings.Folder);
        using var client = GridClient.Create(settings.Url, settings.Time);
        using var agent = new VolunteerAgent(settings, client, folder, context.Environment.GridApplications(), new PauseSwitch(), _ => { });
        await agent.RunAsync(stop);
    }
}
