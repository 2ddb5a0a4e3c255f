namespace Pipeline.Embedded.Durable;

/// <summary>What an execution asked for before, for the comparison with what it asks for now.</summary>
internal interface IActionLog
{
    /// <summary>Finds what was recorded for this step, so that it is not done twice.</summary>
    /// <param name="action">What the execution asks for now.</param>
    /// <param name="isReplaying">Whether it must have asked for it before.</param>
    /// <returns>False if the step is new.</returns>
    /// <exception cref="DurableTask.Core.Exceptions.NonDeterministicOrchestrationException">It does not fit what was recorded.</exception>
    bool Claim(ScheduledAction action, bool isReplaying);

    /// <summary>To be called when everything has been replayed.</summary>
    /// <exception cref="DurableTask.Core.Exceptions.NonDeterministicOrchestrationException">
    /// Something that was recorded was not asked for again.
    /// </exception>
    void Close();
}
