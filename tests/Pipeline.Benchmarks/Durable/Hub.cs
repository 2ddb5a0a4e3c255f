using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Benchmarks.Measuring;
using Pipeline.Embedded.Durable;
using Pipeline.Embedded.Hosting;

namespace Pipeline.Benchmarks.Durable;

/// <summary>The workload as an app: function catalogue, middleware and task hub, on a folder of its own.</summary>
internal sealed class Hub : IAsyncDisposable
{
    private readonly TemporaryFolder _root = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddLogging(logging => logging.AddConsole().SetMinimumLevel(LogLevel.Warning)).BuildServiceProvider();
    private readonly TaskHub _hub;

    private Hub()
    {
        var catalog = FunctionCatalog.Load([typeof(Workload)], new TriggerBindings(new HostSettings(new ConfigurationBuilder().Build())), () => Client);
        var loggers = _services.GetRequiredService<ILoggerFactory>();
        var functions = new DurableFunctions(catalog, new FunctionInvoker(_services.GetRequiredService<IServiceScopeFactory>(), loggers, []));
        _hub = new TaskHub(new TaskHubOptions { Path = Path.Combine(_root.Path, "hub.db") }, functions, loggers);
    }

    private DurableTaskClient Client => _hub.Client;

    public static async Task<Hub> StartAsync(CancellationToken cancellationToken)
    {
        var hub = new Hub();
        await hub._hub.StartAsync(cancellationToken);
        return hub;
    }

    /// <summary>Runs an orchestration to its end and checks what it gives.</summary>
    public async Task RunAsync<T>(TaskName orchestrator, int input, T expected, CancellationToken cancellationToken)
    {
        var id = await Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, cancellationToken);
        var end = await Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, cancellationToken);
        if (end.RuntimeStatus != OrchestrationRuntimeStatus.Completed || !Equals(end.ReadOutputAs<T>(), expected))
        {
            throw new BenchmarkException($"{orchestrator} of {input} ended as {end.RuntimeStatus} with {end.SerializedOutput}; it should give {expected}.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        await _services.DisposeAsync();
        _root.Dispose();
    }
}
