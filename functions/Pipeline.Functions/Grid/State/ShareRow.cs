namespace Pipeline.Grid.State;

/// <summary>What a project has been given of the volunteers' work: a virtual time, as start-time fair queueing counts it.</summary>
internal sealed record ShareRow(string Project, double Given)
{
    /// <summary>The row that holds the virtual time of all: no project has this name.</summary>
    public const string Clock = "";
}
