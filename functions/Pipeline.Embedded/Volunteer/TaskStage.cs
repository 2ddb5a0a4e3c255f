namespace Pipeline.Embedded.Volunteer;

/// <summary>What a task is at.</summary>
internal enum TaskStage
{
    Fetching,
    Running,
    Uploading,
    Reporting,
}
