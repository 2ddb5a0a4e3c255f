using Microsoft.Extensions.Logging;

namespace Pipeline.Embedded.Durable;

/// <summary>The parts of a task hub, for each other.</summary>
internal sealed class TaskHubServices
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    public TaskHubServices(TaskHubOptions options, IDurableFunctions functions, ILoggerFactory loggerFactory)
    {
        Options = options;
        Logger = loggerFactory.CreateLogger("Pipeline.Durable");
        Payloads = new PayloadCodec(options.MaxPayloadBytes);
        Environment = new ExecutionEnvironment(functions, Payloads, loggerFactory);
        Timers = new TimerQueue(options.TimeProvider);
        Reader = new StoreReader(options.Path);
        Activities = new ActivityDispatcher(this);
        Entities = new EntityDirectory(this);
        Cache = new ExecutionCache(options.MaxLiveOrchestrations);
    }

    public TaskHubOptions Options { get; }

    public ILogger Logger { get; }

    public PayloadCodec Payloads { get; }

    public ExecutionEnvironment Environment { get; }

    public IDurableFunctions Functions => Environment.Functions;

    public InstanceDirectory Instances { get; } = new();

    public InstanceWaiters Waiters { get; } = new();

    public ExecutionCache Cache { get; }

    public TimerQueue Timers { get; }

    public ActivityDispatcher Activities { get; }

    public EntityDirectory Entities { get; }

    public StoreReader Reader { get; }

    /// <summary>Set when the hub starts.</summary>
    public StoreWriter Writer { get; set; } = null!;

    /// <summary>The time, in UTC.</summary>
    public DateTime Now => Options.TimeProvider.GetUtcNow().UtcDateTime;

    /// <summary>Has something written in a second that could not be written or done now.</summary>
    public void TryAgain(Commit commit) => TryAgain(() => Writer.Enqueue(commit));

    /// <summary>Does something in a second that could not be done now.</summary>
    public void TryAgain(Action action) => Timers.Add(Now + RetryPause, action);
}
