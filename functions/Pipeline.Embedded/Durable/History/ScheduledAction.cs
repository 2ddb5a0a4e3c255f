namespace Pipeline.Embedded.Durable;

/// <summary>
/// Something that the orchestrator asked for. On replay it must ask for the same again: <see cref="Describe"/> is what is compared,
/// and what an error shows.
/// </summary>
internal abstract record ScheduledAction(DateTime At, int TaskId) : HistoryEvent(At)
{
    /// <summary>The kind of step, for instance "an activity task".</summary>
    public abstract string Kind { get; }

    /// <summary>What is asked for, for instance the activity's name; null where the kind says all.</summary>
    public abstract string? Target { get; }

    public bool Matches(ScheduledAction other) =>
        other.GetType() == GetType() && string.Equals(Target, other.Target, StringComparison.OrdinalIgnoreCase);

    public string Describe() => Target is null ? Kind : $"{Kind} named '{Target}'";
}
