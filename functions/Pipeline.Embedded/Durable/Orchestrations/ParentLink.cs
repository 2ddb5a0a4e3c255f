namespace Pipeline.Embedded.Durable;

/// <summary>Which task of which execution waits for a sub-orchestration.</summary>
internal sealed record ParentLink(long Key, string InstanceId, int TaskId, string Name)
{
    /// <summary>In place of a task's number: nobody waits any more, as the parent was rewound to before it asked for this.</summary>
    public const int NoTask = -1;
}
