namespace Pipeline.Embedded.Durable;

/// <summary>
/// One row of an orchestration's history: either something that reached it, or a <see cref="ScheduledAction"/> that it asked for.
/// </summary>
internal abstract record HistoryEvent(DateTime At)
{
    /// <summary>The place in the order of all that was committed; set by the writer.</summary>
    public long Sequence { get; set; }
}
