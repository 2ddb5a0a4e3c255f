namespace Pipeline.Storage;

/// <summary>An object is not the version that a conditional read or write asked for; nothing was changed.</summary>
public sealed class ConditionFailedException : StorageException
{
    private ConditionFailedException(string message, Exception? innerException) : base(message, innerException)
    {
    }

    internal static ConditionFailedException Exists(string container, string path, Exception? inner = null) =>
        new($"'{path}' in container '{container}' exists already; it was to be written only if absent.", inner);

    internal static ConditionFailedException Changed(string container, string path, Exception? inner = null) =>
        new($"'{path}' in container '{container}' was replaced or deleted by another writer in the meantime. " +
            "Read its present version and try again.", inner);

    internal static ConditionFailedException ChangedDuringJob(string container, string path, Exception? inner = null) =>
        new($"'{path}' in container '{container}' was replaced or deleted while a job read it. Run the job again, on the data as it is now.", inner);

    internal static ConditionFailedException Of(WriteCondition condition, string container, string path, Exception? inner = null) =>
        condition.MustBeAbsent ? Exists(container, path, inner) : Changed(container, path, inner);
}
