using System.Globalization;
using CsCheck;
using Xunit.Abstractions;

namespace Pipeline.Tests.Sql;

/// <summary>
/// Random cases that are the same in every run: CsCheck's generators, drawn from one printed seed. Set PIPELINE_SEED and
/// PIPELINE_ITERATIONS to draw others, and more.
/// </summary>
internal static class RandomRuns
{
    public static bool IsDefault => Environment.GetEnvironmentVariable("PIPELINE_SEED") is null && Environment.GetEnvironmentVariable("PIPELINE_ITERATIONS") is null;

    public static async Task SampleAsync<T>(this Gen<T> gen, int iterations, ITestOutputHelper output, Func<T, Task> check)
    {
        var seed = uint.Parse(Environment.GetEnvironmentVariable("PIPELINE_SEED") ?? "124", CultureInfo.InvariantCulture);
        iterations = int.Parse(Environment.GetEnvironmentVariable("PIPELINE_ITERATIONS") ?? $"{iterations}", CultureInfo.InvariantCulture);
        output.WriteLine($"seed {seed}, {iterations} cases");
        var random = new PCG(1, seed);
        for (var i = 0; i < iterations; i++)
        {
            var value = gen.Generate(random, null, out _);
            try
            {
                await check(value);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"case {i} of PIPELINE_SEED={seed}: {e.Message}", e);
            }
        }
    }
}
