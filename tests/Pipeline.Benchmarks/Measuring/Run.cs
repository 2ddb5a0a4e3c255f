namespace Pipeline.Benchmarks.Measuring;

/// <summary>How a benchmark is to run.</summary>
/// <param name="Quick">Within 40 seconds.</param>
/// <param name="Output">Where its tables go.</param>
internal sealed record Run(bool Quick, TextWriter Output);
