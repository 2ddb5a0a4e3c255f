using System.Text;
using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;
using Moq;
using Pipeline.Jobs;
using Pipeline.Simulation;
using Pipeline.Simulation.Running;
using Pipeline.Storage;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Simulation;

/// <summary>Runs the orchestrator of simulations with its real activities over a store in memory, so that a test decides what is lost and who
/// is killed. A host that is killed loses its memory; its activity runs again on another.</summary>
internal sealed class SimulationHub
{
    private const string Job = "job";

    private readonly List<ProgramDefinition> _more = [];
    private readonly Dictionary<int, ServiceProvider> _hosts = [];
    private readonly Lock _starting = new();

    public SimulationHub(params ProgramDefinition[] more) => _more.AddRange(more);

    public FaultyStore Store { get; } = new(new MemoryStore());

    /// <summary>The legs that hosts were asked for.</summary>
    public List<LegTask> Legs { get; } = [];

    public JobState? Shown { get; private set; }

    /// <summary>Histories that ended by continuing as new.</summary>
    public int Continuations { get; private set; }

    /// <summary>Is told before an activity of a host runs.</summary>
    public Action<LegTask> OnLeg { get; set; } = _ => { };

    /// <summary>Kills a host: what it keeps in memory is gone.</summary>
    public void Kill(int host)
    {
        lock (_starting)
            _hosts.Remove(host);
    }

    /// <summary>Runs a job to its end.</summary>
    public async Task<JobOutput> RunAsync(string spec, string id = Job)
    {
        await Store.WriteAsync(JobFiles.Container, JobFiles.Spec(id), new MemoryStream(Encoding.UTF8.GetBytes(spec)), WriteCondition.None, CancellationToken.None);
        var input = new SimulationInput(id, "test");
        while (true)
        {
            object? next = null;
            var context = Context();
            context.Setup(c => c.ContinueAsNew(It.IsAny<object>(), It.IsAny<bool>())).Callback((object given, bool _) => next = given);
            var output = await SimulationOrchestrator.RunAsync(context.Object, input);
            if (next is null)
                return output!;
            Continuations++;
            // As the task hub does it: through JSON.
            input = JsonSerializer.Deserialize<SimulationInput>(JsonSerializer.Serialize(next))!;
        }
    }

    /// <summary>A field as the job's last checkpoint has it.</summary>
    public async Task<double[]> FieldAsync(string name, string id = Job)
    {
        var checkpoints = new CheckpointStore(Store);
        var last = (await checkpoints.LastAsync(id, CancellationToken.None))!;
        var snapshot = await checkpoints.ReadAsync(id, last.Run, last.Superstep, CancellationToken.None);
        return snapshot.Assemble<double>(name)!.Value.Data;
    }

    /// <summary>The names of the blobs of a container.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync(string container) =>
        [.. (await Store.ListAsync(container, "", CancellationToken.None).ToListAsync()).Select(blob => blob.Path)];

    private Mock<TaskOrchestrationContext> Context()
    {
        var context = new Mock<TaskOrchestrationContext>();
        context.Setup(c => c.NewGuid()).Returns(Guid.Parse("01234567-89ab-cdef-0123-456789abcdef"));
        context.Setup(c => c.SetCustomStatus(It.IsAny<object>())).Callback((object state) => Shown = (JobState)state);
        Activity<SimulationShape>(context, (activities, input) => activities.PrepareSimulation((SimulationRun)input, CancellationToken.None));
        Activity<LegReport>(context, (activities, input) => activities.RunSupersteps((LegTask)input, CancellationToken.None));
        Activity<PublishReport>(context, (activities, input) => activities.PublishSimulation((PublishTask)input, CancellationToken.None));
        return context;
    }

    private void Activity<T>(Mock<TaskOrchestrationContext> context, Func<SimulationActivities, object, Task<T>> run) =>
        context.Setup(c => c.CallActivityAsync<T>(It.IsAny<TaskName>(), It.IsAny<object>(), It.IsAny<TaskOptions>()))
            .Returns((TaskName name, object input, TaskOptions options) => Task.Run(async () =>
            {
                for (var attempt = 1; ; attempt++)
                {
                    var host = input is LegTask leg ? leg.Host : 0;
                    try
                    {
                        if (input is LegTask asked)
                        {
                            lock (Legs)
                                Legs.Add(asked);
                            OnLeg(asked);
                        }
                        return JsonSerializer.Deserialize<T>(JsonSerializer.Serialize(await run(Host(host), input)))!;
                    }
                    catch (Exception e) when (attempt < options.Retry!.Policy!.MaxNumberOfAttempts)
                    {
                        Assert.IsType<IOException>(e);
                        Kill(host);
                    }
                }
            }));

    private SimulationActivities Host(int host)
    {
        lock (_starting)
        {
            if (!_hosts.TryGetValue(host, out var services))
            {
                var collection = new ServiceCollection().AddSingleton<IObjectStore>(Store).AddSingleton(TimeProvider.System).AddSingleton<IDataPolicy, NoDataPolicy>().AddJobs().AddSimulation();
                foreach (var program in _more)
                    collection.AddSingleton(program);
                _hosts[host] = services = collection.BuildServiceProvider();
            }
            return ActivatorUtilities.CreateInstance<SimulationActivities>(services);
        }
    }
}
