using System.Collections.Concurrent;
using Pipeline.Embedded.Volunteer;
using Pipeline.Grid.Applications;

namespace Pipeline.Tests.Grid.Api;

/// <summary>A volunteer's client at work in this process.</summary>
internal sealed class RunningVolunteer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly VolunteerFolder _folder;
    private readonly GridClient _client;

    private RunningVolunteer(VolunteerSettings settings, IGridApplication application, HttpMessageHandler? handler, Action<VolunteerEvent>? hear)
    {
        _folder = VolunteerFolder.Open(settings.Folder);
        _client = handler is null ? GridClient.Create(settings.Url, settings.Time) : new GridClient(new HttpClient(handler) { BaseAddress = settings.Url }, settings.Time);
        Agent = new VolunteerAgent(settings, _client, _folder, [application], Pause, what =>
        {
            hear?.Invoke(what);
            Events.Enqueue(what);
            Told.Release();
        });
        Running = Agent.RunAsync(_stop.Token);
    }

    public VolunteerAgent Agent { get; }

    public PauseSwitch Pause { get; } = new();

    public ConcurrentQueue<VolunteerEvent> Events { get; } = new();

    /// <summary>Ends when the client does.</summary>
    public Task Running { get; }

    private SemaphoreSlim Told { get; } = new(0);

    public static VolunteerSettings Settings(Uri url, string folder) => new(url, folder)
    {
        Name = "test",
        WorkWait = TimeSpan.FromSeconds(1),
        HeartbeatEvery = TimeSpan.FromMilliseconds(100),
        LongestBackoff = TimeSpan.FromMilliseconds(200),
        Seed = 1,
    };

    public static RunningVolunteer Start(VolunteerSettings settings, IGridApplication application, HttpMessageHandler? handler = null, Action<VolunteerEvent>? told = null) => new(settings, application, handler, told);

    /// <summary>Waits for something to be told; fails if the client ends before.</summary>
    public async Task<VolunteerEvent> EventAsync(string name, CancellationToken cancellationToken) => (await EventsAsync(name, 1, cancellationToken))[0];

    /// <summary>Waits for something to be told so many times.</summary>
    public async Task<IReadOnlyList<VolunteerEvent>> EventsAsync(string name, int count, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (Events.Where(what => what.Event == name).ToList() is var found && found.Count >= count)
                return found;
            if (Running.IsCompleted)
            {
                await Running;
                Assert.Fail($"It ended without '{name}': {string.Join(" | ", Events.Select(what => what.Text))}");
            }
            await Task.WhenAny(Told.WaitAsync(cancellationToken), Running);
        }
    }

    /// <summary>What Ctrl-C does.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Agent.Dispose();
        _client.Dispose();
        _folder.Dispose();
        _stop.Dispose();
    }
}
