namespace Pipeline.Jobs;

/// <summary>What a job's orchestration is started with: a reference to the spec, never the spec itself.</summary>
/// <param name="Id">The job's id.</param>
/// <param name="Name">The job's name.</param>
public sealed record JobInput(string Id, string Name);
