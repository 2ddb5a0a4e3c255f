namespace Pipeline.Simulation.Ranks;

/// <summary>What one rank gave to a collective.</summary>
internal sealed class Contribution
{
    public MessageBuffer Data { get; } = new();

    public Collective Kind { get; private set; }

    public ReduceOperation Operation { get; private set; }

    public int Root { get; private set; }

    public void Set(Collective kind, ReduceOperation operation, int root) => (Kind, Operation, Root) = (kind, operation, root);
}
