using Pipeline.Grid.State;

namespace Pipeline.Grid.Log;

/// <summary>What one object of the log holds: events that happened together.</summary>
/// <param name="Id">Which attempt to commit this was: a writer whose answer was lost knows its own commit by it.</param>
/// <param name="Events">The events, in order.</param>
internal sealed record Commit(Guid Id, IReadOnlyList<GridEvent> Events);
