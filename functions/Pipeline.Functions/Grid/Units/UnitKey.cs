namespace Pipeline.Grid.Units;

/// <summary>Names a work unit among those of all live jobs.</summary>
internal readonly record struct UnitKey(string JobId, int Number);
