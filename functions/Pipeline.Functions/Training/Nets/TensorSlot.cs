namespace Pipeline.Training;

/// <summary>A named tensor within a flat vector of all of its kind.</summary>
/// <param name="Name">For instance <c>3.conv2d.weight</c>.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Offset">Where in the vector it starts.</param>
/// <param name="FanIn">How many inputs add up to one output, from which the first random values follow; 0 where all start at
/// <paramref name="Start"/>.</param>
/// <param name="Start">The value that all start at.</param>
internal sealed record TensorSlot(string Name, IReadOnlyList<long> Shape, int Offset, int FanIn, float Start)
{
    public int Length => (int)Shape.Aggregate(1L, (a, b) => a * b);
}
