namespace DurableTask.Core.Exceptions;

/// <summary>An instance of that id is running, or has a status that the start forbids. Named as users know it.</summary>
internal sealed class OrchestrationAlreadyExistsException(string instanceId)
    : InvalidOperationException($"An Orchestration instance with the ID {instanceId} already exists.");
