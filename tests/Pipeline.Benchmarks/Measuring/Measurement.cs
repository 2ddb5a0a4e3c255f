namespace Pipeline.Benchmarks.Measuring;

/// <summary>Measures something and gives its figures by name; runs in a process of its own.</summary>
internal delegate Task<IReadOnlyDictionary<string, double>> Measurement(IReadOnlyList<string> arguments, CancellationToken cancellationToken);
