namespace Pipeline.Storage;

/// <summary>How far the compaction of a dataset is.</summary>
public enum CompactionStage
{
    /// <summary>None is under way.</summary>
    Idle,

    /// <summary>The large files are being written. They do not count yet.</summary>
    Writing,

    /// <summary>The large files count, and the small ones no longer do. Those stay for a while for the jobs that read them.</summary>
    Switched,

    /// <summary>The small files are being deleted.</summary>
    Deleting,

    /// <summary>Large files are being taken apart again. The small ones do not count yet.</summary>
    Expanding,
}
