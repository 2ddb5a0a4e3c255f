using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Pipeline.Embedded.Durable;

/// <summary>
/// Runs orchestrations, activities and entities over one database file. Whatever was acknowledged survives the death of the process:
/// the next start goes on from there.
/// </summary>
internal sealed class TaskHub : IAsyncDisposable
{
    private readonly TaskHubServices services;
    private readonly EmbeddedDurableTaskClient client;
    private FileStream? ownership;

    public TaskHub(TaskHubOptions options, IDurableFunctions functions, ILoggerFactory loggerFactory)
    {
        services = new TaskHubServices(options, functions, loggerFactory);
        client = new EmbeddedDurableTaskClient(services, options.Name, id => HttpManagement(id));
    }

    /// <summary>Starts and manages orchestrations and entities. Usable once the hub has started.</summary>
    public DurableTaskClient Client => client;

    /// <summary>Makes the management URLs of an instance; the host sets it when it knows its address.</summary>
    public Func<string, HttpManagementPayload> HttpManagement { get; set; } =
        _ => throw new InvalidOperationException("This host has no HTTP address yet.");

    /// <summary>The parts of the hub, for tests.</summary>
    internal TaskHubServices Services => services;

    /// <summary>The history of an instance's newest execution, or null if there is no such instance.</summary>
    public IReadOnlyList<HistoryEntry>? GetHistory(string instanceId) => client.GetHistory(instanceId);

    /// <summary>Terminates an instance with an output as it is, which need not be JSON.</summary>
    /// <exception cref="InstanceNotFoundException">There is no such instance.</exception>
    /// <exception cref="InstanceStateException">It has ended.</exception>
    public Task TerminateAsync(string instanceId, string? output, CancellationToken cancellationToken = default) =>
        client.TerminateAsync(instanceId, output, recursive: false, cancellationToken);

    /// <summary>Opens the store and takes up all unfinished work.</summary>
    /// <exception cref="IOException">Another process uses the store.</exception>
    /// <exception cref="InvalidDataException">The store was written by another version, or is damaged.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        var path = services.Options.Path;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        ownership = Own(path + ".lock");
        try
        {
            services.Writer = new StoreWriter(new WriteSession(StoreDatabase.Create(path)), services.Logger);
        }
        catch
        {
            ownership.Dispose();
            ownership = null;
            throw;
        }

        ReserveThreads();
        services.Writer.Start();
        try
        {
            await Task.Run(() => new Recovery(services).Run(cancellationToken), cancellationToken);
        }
        catch
        {
            await AbandonAsync();
            throw;
        }
    }

    /// <summary>Takes no more work, lets the activities that run end, and commits what there is.</summary>
    /// <param name="cancellationToken">
    /// Then running activities are cancelled, and what cannot be written is given up; both run again after the next start.
    /// </param>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (ownership is null)
            return;
        services.Timers.Dispose();
        await services.Activities.StopAsync(cancellationToken);
        await services.Entities.StopAsync().WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var written = services.Writer.StopAsync();
        try
        {
            await written.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            services.Logger.LogWarning("The task hub stops before everything is written; the rest runs again after the next start.");
            await services.Writer.AbandonAsync();
        }

        Close();
    }

    /// <summary>Stops as the death of the process would: whatever is not committed is lost.</summary>
    public async Task AbandonAsync()
    {
        services.Timers.Dispose();
        services.Activities.Abandon();
        await services.Writer.AbandonAsync();
        Close();
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private void Close()
    {
        // The writer last: it folds the log into the database.
        services.Reader.Dispose();
        services.Writer.Dispose();
        services.Activities.Dispose();
        ownership?.Dispose();
        ownership = null;
    }

    /// <summary>
    /// Activities that compute without awaiting occupy a thread each. The pool grows slowly beyond its minimum, and orchestrators and
    /// requests would wait behind them.
    /// </summary>
    private void ReserveThreads()
    {
        ThreadPool.GetMinThreads(out var workers, out var ports);
        var needed = services.Options.MaxConcurrentActivities + (2 * Environment.ProcessorCount);
        if (workers < needed)
            ThreadPool.SetMinThreads(needed, ports);
    }

    private static FileStream Own(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new IOException(
                $"The task hub's store is in use by another process, which holds '{path}'. Stop that process, or give this one a "
                + "folder of its own.", e);
        }
    }
}
