namespace Microsoft.DurableTask;

/// <summary>Decides after a failure whether to try again (true) or to let the failure through (false).</summary>
public delegate Task<bool> AsyncRetryHandler(RetryContext retryContext);
