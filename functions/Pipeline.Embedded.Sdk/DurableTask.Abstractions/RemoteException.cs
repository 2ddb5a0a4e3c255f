namespace Microsoft.DurableTask;

/// <summary>Stands for an exception that was thrown elsewhere, of which only the details arrived.</summary>
internal sealed class RemoteException(TaskFailureDetails details)
    : Exception(details.ErrorMessage, details.InnerFailure is null ? null : new RemoteException(details.InnerFailure))
{
    public override string? StackTrace => details.StackTrace;

    public override string ToString() => details.ToString();
}
