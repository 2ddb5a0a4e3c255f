namespace Pipeline.Embedded.Durable;

/// <summary>A unit of work for the writer: all of it is committed, or none.</summary>
internal abstract class Commit
{
    /// <summary>
    /// Writes. May run several times, each time after everything of the last was rolled back, so it changes nothing but the
    /// session and this object's own results.
    /// </summary>
    public abstract void Apply(WriteSession session);

    /// <summary>
    /// Runs on the writer's thread when the work is on the disk, in the order of the commits. Must be quick and not throw.
    /// </summary>
    public abstract void Committed();

    /// <summary>Runs instead of <see cref="Committed"/> if this unit can never be written.</summary>
    public virtual void Failed(Exception error)
    {
    }
}
