namespace Pipeline.Training;

/// <summary>The wish for another number of workers.</summary>
/// <param name="Workers">How many are to work, 1 to 256.</param>
public sealed record WorkersRequest(int Workers);
