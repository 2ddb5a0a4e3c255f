using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace Pipeline.Embedded.Durable;

/// <summary>
/// The only way in which the task hub runs an app's functions. Names are found without regard to case.
/// </summary>
internal interface IDurableFunctions
{
    /// <summary>The orchestrators, for the text of an error that names an unknown one.</summary>
    IReadOnlyCollection<string> OrchestratorNames { get; }

    bool HasOrchestrator(string name);

    bool HasActivity(string name);

    bool HasEntity(string name);

    /// <summary>
    /// Runs the orchestrator function, through the app's middleware, with this context. The task is that of the function itself and
    /// carries its boxed result, or null if it has none.
    /// </summary>
    Task<object?> RunOrchestratorAsync(string name, TaskOrchestrationContext context);

    /// <summary>Runs an activity function; input and result are JSON texts.</summary>
    Task<string?> RunActivityAsync(string name, string instanceId, string? serializedInput, CancellationToken cancellationToken);

    /// <summary>
    /// Runs an entity function with a dispatcher, whose <see cref="TaskEntityDispatcher.Services"/> the implementation sets.
    /// </summary>
    Task RunEntityAsync(string name, TaskEntityDispatcher dispatcher);
}
