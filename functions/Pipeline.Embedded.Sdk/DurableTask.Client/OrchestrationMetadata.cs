namespace Microsoft.DurableTask.Client;

/// <summary>What is known of an instance when it is asked after.</summary>
public sealed class OrchestrationMetadata(string name, string instanceId)
{
    public string Name { get; } = name;

    public string InstanceId { get; } = instanceId;

    /// <summary>Set only if inputs and outputs were asked for.</summary>
    public DataConverter? DataConverter { get; init; }

    public OrchestrationRuntimeStatus RuntimeStatus { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset LastUpdatedAt { get; init; }

    public string? SerializedInput { get; init; }

    public string? SerializedOutput { get; init; }

    public string? SerializedCustomStatus { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    public TaskFailureDetails? FailureDetails { get; init; }

    public bool IsRunning => RuntimeStatus == OrchestrationRuntimeStatus.Running;

    public bool IsCompleted => RuntimeStatus is
        OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;

    public T? ReadInputAs<T>() => Read<T>(SerializedInput, nameof(ReadInputAs), "input");

    public T? ReadOutputAs<T>() => Read<T>(SerializedOutput, nameof(ReadOutputAs), "output");

    public T? ReadCustomStatusAs<T>() => Read<T>(SerializedCustomStatus, nameof(ReadCustomStatusAs), "custom status");

    private T? Read<T>(string? text, string method, string what)
    {
        if (DataConverter is null)
        {
            throw new InvalidOperationException(
                $"The {method} method can only be used on {nameof(OrchestrationMetadata)} objects that are fetched with the option "
                + $"to include {what} data.");
        }

        return DataConverter.Deserialize<T>(text);
    }
}
