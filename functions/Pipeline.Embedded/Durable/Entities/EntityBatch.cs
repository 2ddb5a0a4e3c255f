using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;

namespace Pipeline.Embedded.Durable;

/// <summary>
/// Operations of one entity that run one after the other in one call of its function. One that fails leaves no trace: neither in the
/// state, nor in what it would have sent.
/// </summary>
internal sealed class EntityBatch(TaskHubServices hub, EntityInstanceId id, string? state, IReadOnlyList<OperationMessage> operations)
{
    private readonly List<HistoryEvent> answers = [];

    /// <summary>The state after the operations, as JSON.</summary>
    public string? State { get; private set; } = state;

    public List<OperationMessage> Signals { get; } = [];

    public List<(InstanceInfo Info, string? Input)> Starts { get; } = [];

    /// <summary>The outcomes of the operations that somebody waits for.</summary>
    public IEnumerable<(EntityCaller Caller, HistoryEvent Outcome)> Answers =>
        operations.Zip(answers).Where(pair => pair.First.Caller is not null).Select(pair => (pair.First.Caller!, pair.Second));

    public async Task RunAsync()
    {
        TaskFailureDetails? undone;
        try
        {
            undone = hub.Functions.HasEntity(id.Name) ? await DispatchAsync() : Unknown();
        }
        catch (Exception e)
        {
            undone = TaskFailureDetails.FromException(e);
        }

        while (answers.Count < operations.Count)
            answers.Add(new TaskFailed(hub.Now, TaskId(answers.Count), undone!));
    }

    private async Task<TaskFailureDetails> DispatchAsync()
    {
        await hub.Functions.RunEntityAsync(id.Name, new TaskEntityDispatcher(RunOperationsAsync));
        return TaskFailureDetails.FromException(new InvalidOperationException(
            $"The entity function '{id.Name}' ended without running its operations. Await the dispatcher's DispatchAsync in it."));
    }

    private async Task RunOperationsAsync(ITaskEntity entity)
    {
        while (answers.Count < operations.Count)
        {
            var effects = new EntityEffects(id, hub);
            var view = new EntityStateView(State, hub.Payloads.Converter);
            var operation = new EntityOperation(operations[answers.Count], view, effects, hub.Payloads.Converter);
            HistoryEvent answer;
            try
            {
                var result = hub.Payloads.Converter.Serialize(await entity.RunAsync(operation));
                State = view.Json;
                Signals.AddRange(effects.Signals);
                Starts.AddRange(effects.Starts);
                answer = new TaskCompleted(hub.Now, TaskId(answers.Count), result);
            }
            catch (Exception e)
            {
                answer = new TaskFailed(hub.Now, TaskId(answers.Count), TaskFailureDetails.FromException(e));
            }

            answers.Add(answer);
        }
    }

    private int TaskId(int index) => operations[index].Caller?.TaskId ?? 0;

    private TaskFailureDetails Unknown() => new(
        "EntityFunctionNotFound", $"The function '{id.Name}' doesn't exist, is disabled, or is not an entity function.", null, null, null);
}
