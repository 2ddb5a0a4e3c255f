namespace Pipeline.Benchmarks.Measuring;

/// <summary>One named benchmark: it prints its table and gives its figures.</summary>
internal interface IBenchmark
{
    string Name { get; }

    /// <summary>What it measures, in a line.</summary>
    string Summary { get; }

    Task<Figures> RunAsync(Run run, CancellationToken cancellationToken);
}
