using System.Globalization;

namespace Pipeline.Jobs;

/// <summary>A place in the list of jobs, which runs from the newest to the oldest: the last job that was shown.</summary>
internal sealed record JobCursor(DateTimeOffset CreatedAt, string Id)
{
    /// <summary>The order of the list.</summary>
    public static Comparison<JobView> NewestFirst { get; } = (a, b) =>
        b.CreatedAt != a.CreatedAt ? b.CreatedAt.CompareTo(a.CreatedAt) : string.CompareOrdinal(b.Id, a.Id);

    public static JobCursor Of(JobView job) => new(job.CreatedAt, job.Id);

    /// <summary>Whether the job comes behind this place.</summary>
    public bool Precedes(JobView job) =>
        job.CreatedAt < CreatedAt || (job.CreatedAt == CreatedAt && string.CompareOrdinal(job.Id, Id) < 0);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{CreatedAt.UtcTicks}-{Id}");

    public static JobCursor Parse(string token)
    {
        var dash = token.IndexOf('-', StringComparison.Ordinal);
        if (dash > 0 && long.TryParse(token.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks <= DateTime.MaxValue.Ticks)
            return new JobCursor(new DateTimeOffset(ticks, TimeSpan.Zero), token[(dash + 1)..]);
        throw new SpecException("", "The continuationToken is not one that a list of jobs has given.", ProblemTypes.InvalidRequest);
    }
}
