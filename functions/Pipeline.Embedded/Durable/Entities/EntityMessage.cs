namespace Pipeline.Embedded.Durable;

/// <summary>Something that an entity is to do. It stays in the store until it is done.</summary>
internal abstract record EntityMessage(string EntityId)
{
    /// <summary>The place in the order of all that was committed; set by the writer.</summary>
    public long Sequence { get; set; }

    /// <summary>Not to be done before this time.</summary>
    public DateTime? DueAt { get; init; }
}
