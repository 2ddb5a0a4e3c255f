namespace Pipeline.Sql;

/// <summary>A part of a query does not distribute over partitions. The message says why, for people, and ends up in the plan.</summary>
internal sealed class CannotSplitException(string reason) : Exception(reason);
