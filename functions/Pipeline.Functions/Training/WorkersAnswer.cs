namespace Pipeline.Training;

/// <summary>The answer to a wish for another number of workers.</summary>
/// <param name="Id">The job.</param>
/// <param name="Workers">How many will work, from the next checkpoint on.</param>
public sealed record WorkersAnswer(string Id, int Workers);
