namespace Pipeline.Benchmarks.Measuring;

/// <summary>A measurement failed, or gave a wrong result; figures of it would mean nothing.</summary>
internal sealed class BenchmarkException(string message) : Exception(message);
