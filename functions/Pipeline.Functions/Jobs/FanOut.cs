namespace Pipeline.Jobs;

/// <summary>Fans tasks out from an orchestration, and their reports in.</summary>
internal static class FanOut
{
    /// <summary>Runs <paramref name="count"/> calls, at most <paramref name="parallel"/> at a time, and adds up their reports. After
    /// the first error no further call starts; those that run are awaited, as an orchestration cannot end before them.</summary>
    /// <param name="count">How many calls.</param>
    /// <param name="parallel">How many at a time.</param>
    /// <param name="none">The sum of no reports.</param>
    /// <param name="run">Makes the call of a number.</param>
    /// <param name="add">Adds two reports.</param>
    /// <param name="failed">Whether a sum holds an error.</param>
    /// <param name="done">Is told of each report.</param>
    public static async Task<T> RunAsync<T>(int count, int parallel, T none, Func<int, Task<T>> run, Func<T, T, T> add, Predicate<T> failed, Action<T> done)
    {
        var (next, sum) = (0, none);
        await Task.WhenAll(Enumerable.Range(0, Math.Min(count, parallel)).Select(_ => LaneAsync()));
        return sum;

        async Task LaneAsync()
        {
            while (next < count && !failed(sum))
            {
                var report = await run(next++);
                sum = add(sum, report);
                done(report);
            }
        }
    }
}
