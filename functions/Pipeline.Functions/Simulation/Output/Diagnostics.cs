using Pipeline.Simulation.Ranks;

namespace Pipeline.Simulation.Output;

/// <summary>Gathers the figures of ranks, in the order in which they are first told.</summary>
public sealed class Diagnostics
{
    private readonly List<(string Name, ReduceOperation Operation, double Value)> _figures = [];

    internal IReadOnlyList<(string Name, ReduceOperation Operation, double Value)> Figures => _figures;

    /// <summary>A figure that is the sum of the ranks' values.</summary>
    public void Sum(string name, double value) => Add(name, ReduceOperation.Sum, value);

    /// <summary>A figure that is the least of the ranks' values.</summary>
    public void Min(string name, double value) => Add(name, ReduceOperation.Min, value);

    /// <summary>A figure that is the greatest of the ranks' values. Also for one that is the same everywhere.</summary>
    public void Max(string name, double value) => Add(name, ReduceOperation.Max, value);

    internal void Add(string name, ReduceOperation operation, double value) => _figures.Add((name, operation, value));

    /// <summary>Makes the figures of all ranks one, over a binary tree of rank numbers.</summary>
    internal static IReadOnlyList<KeyValuePair<string, double>> Combine(IReadOnlyList<Diagnostics> ranks)
    {
        var values = ranks.Select(r => r._figures.Select(f => f.Value).ToArray()).ToArray();
        for (var stride = 1; stride < values.Length; stride *= 2)
        {
            for (var rank = 0; rank + stride < values.Length; rank += 2 * stride)
            {
                for (var i = 0; i < values[rank].Length; i++)
                    values[rank][i] = One(ranks[rank]._figures[i].Operation, values[rank][i], values[rank + stride][i]);
            }
        }
        return [.. ranks[0]._figures.Select((f, i) => KeyValuePair.Create(f.Name, values[0][i]))];
    }

    private static double One(ReduceOperation operation, double x, double y) => operation switch
    {
        ReduceOperation.Min => Math.Min(x, y),
        ReduceOperation.Max => Math.Max(x, y),
        _ => x + y,
    };
}
