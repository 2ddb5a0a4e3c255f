using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;
using Pipeline.Embedded.Durable;

namespace Pipeline.Embedded.Hosting;

/// <summary>Runs the catalogue's orchestrators, activities and entities for the task hub.</summary>
internal sealed class DurableFunctions(FunctionCatalog catalog, FunctionInvoker invoker) : IDurableFunctions
{
    public IReadOnlyCollection<string> OrchestratorNames => catalog.OrchestratorNames;

    public bool HasOrchestrator(string name) => catalog.Orchestrator(name) is not null;

    public bool HasActivity(string name) => catalog.Activity(name) is not null;

    public bool HasEntity(string name) => catalog.Entity(name) is not null;

    public async Task<object?> RunOrchestratorAsync(string name, TaskOrchestrationContext context)
    {
        var function = catalog.Orchestrator(name) ?? throw Unknown("orchestrator", name);
        return (await invoker.InvokeAsync(function, context, CancellationToken.None)).Result;
    }

    public async Task<string?> RunActivityAsync(
        string name, string instanceId, string? serializedInput, CancellationToken cancellationToken)
    {
        var function = catalog.Activity(name) ?? throw Unknown("activity", name);
        var context = await invoker.InvokeAsync(function, new ActivityInput(instanceId, serializedInput), cancellationToken);
        return JsonDataConverter.Default.Serialize(context.Result);
    }

    public Task RunEntityAsync(string name, TaskEntityDispatcher dispatcher)
    {
        var function = catalog.Entity(name) ?? throw Unknown("entity", name);
        return invoker.InvokeAsync(
            function, dispatcher, CancellationToken.None, prepare: context => dispatcher.Services = context.InstanceServices);
    }

    private static InvalidOperationException Unknown(string kind, string name) => new($"There is no {kind} named '{name}'.");
}
