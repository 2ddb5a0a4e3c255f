using Pipeline.Grid.Transition;
using Pipeline.Grid.Units;

namespace Pipeline.Grid.State;

/// <summary>What commands decide on: the state, and the events that they add to it. Where the events cannot be committed, the state is
/// taken back and the commands decide again.</summary>
internal sealed class GridTransaction(GridState state, DateTimeOffset now)
{
    private readonly List<GridEvent> _events = [];

    public GridState State => state;

    public DateTimeOffset Now => now;

    public IReadOnlyList<GridEvent> Events => _events;

    public void Emit(GridEvent happened)
    {
        state.Apply(happened);
        _events.Add(happened);
    }

    /// <summary>Takes a unit as far as it goes without hosts, validator and assimilator.</summary>
    public void Settle(UnitKey key)
    {
        while (state.Units.Find(key) is { } unit && Transitioner.Next(state.Jobs.Find(key.JobId)!.Setup.Policy, unit, now) is { } next)
            Emit(next);
    }
}
