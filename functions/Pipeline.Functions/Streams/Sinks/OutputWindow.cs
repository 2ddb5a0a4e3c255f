namespace Pipeline.Streams;

/// <summary>A window that ended, and its rows within an output.</summary>
/// <param name="Start">The window's start, in microseconds since 1970.</param>
/// <param name="End">Its end, likewise.</param>
/// <param name="Revision">0 when it is given out first, then one more for each correction by late events.</param>
/// <param name="FirstRow">The number of its first row in the output, from 0.</param>
/// <param name="Rows">How many rows it has; 0 takes back what an earlier revision gave.</param>
public readonly record struct OutputWindow(long Start, long End, int Revision, long FirstRow, int Rows);
