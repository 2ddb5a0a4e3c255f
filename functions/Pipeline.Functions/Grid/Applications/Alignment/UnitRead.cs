namespace Pipeline.Grid.Applications.Alignment;

/// <summary>A read of a work unit.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sequence">Its letters.</param>
internal sealed record UnitRead(string Name, string Sequence);
