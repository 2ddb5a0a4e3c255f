namespace Microsoft.DurableTask.Entities;

/// <summary>An operation that an orchestration called on an entity failed.</summary>
public sealed class EntityOperationFailedException(EntityInstanceId entityId, string operationName, TaskFailureDetails failureDetails)
    : Exception(
        $"Operation '{operationName}' of entity '{entityId}' failed: {failureDetails?.ErrorMessage}",
        failureDetails is null ? null : new RemoteException(failureDetails))
{
    public EntityInstanceId EntityId { get; } = entityId;

    public string OperationName { get; } = operationName;

    public TaskFailureDetails FailureDetails { get; } = failureDetails ?? throw new ArgumentNullException(nameof(failureDetails));
}
