using Pipeline.Grid.State;

namespace Pipeline.Grid.Scheduling;

/// <summary>Makes figures for people of the state.</summary>
internal static class Figures
{
    public static HostStatistics Of(GridState state, HostRow host, GridSettings settings, DateTimeOffset now) => new(
        host.Key, host.Facts, host.RegisteredAt, host.LastContactAt, host.Banned, host.Credit / Credit.Millionths, state.Index.InProgress(host.Key.HostId).Count,
        host.Valid, host.Invalid, host.Errors, host.NoReply,
        [.. host.Versions.Select(v => new HostVersionStatistics(
            v.Application,
            v.ConsecutiveValid,
            v.ConsecutiveValid >= Spec.AdaptiveSpec.Default.After,
            DailyQuota.Of(v.QuotaShare, Dispatcher.Cores(host) * settings.DailyResults),
            v.Day == HostVersionRow.DayOf(now) ? v.SentToday : 0,
            v.Reported == 0 ? null : TimeSpan.FromSeconds(v.MeanTurnaroundSeconds)))]);

    public static FigurePart Part(GridState state, string? jobId, DateTimeOffset activeSince)
    {
        var jobs = state.Jobs.Rows.Where(j => jobId is null || j.Setup.JobId == jobId).ToList();
        return new FigurePart(
            jobs.Select(j => j.Setup.JobId).ToHashSet(StringComparer.Ordinal),
            jobs.Aggregate(Tally.None, (sum, job) => sum + state.TallyOf(job)),
            state.Hosts.Count,
            state.Hosts.Rows.Count(h => h.LastContactAt >= activeSince),
            state.Index.Volunteers.Keys.ToHashSet(StringComparer.Ordinal),
            [.. state.Versions.Rows]);
    }

    public static GridStatistics Sum(IReadOnlyList<FigurePart> parts)
    {
        var tally = parts.Aggregate(Tally.None, (sum, part) => sum + part.Tally);
        var versions = parts.SelectMany(p => p.Versions).GroupBy(v => v.Application).OrderBy(g => g.Key.Name, StringComparer.Ordinal).ThenBy(g => g.Key.Version)
            .Select(g => (g.Key, Valid: g.Sum(v => v.Valid), Failed: g.Sum(v => v.Failed), Cpu: g.Sum(v => v.CpuSeconds), Flops: g.Sum(v => v.Flops)))
            .Select(v => new VersionStatistics(v.Key, v.Valid, v.Failed, v.Flops > 0 ? v.Cpu / (v.Flops / 1e9) : null));
        return new GridStatistics(
            parts.SelectMany(p => p.Jobs).Distinct(StringComparer.Ordinal).Count(),
            tally.Units, tally.Done, tally.Assimilated, tally.Failed, tally.Unsent, tally.InProgress, tally.Valid, tally.Invalid,
            tally.Inconclusive + tally.Initial, tally.TooLate, tally.Errors, tally.NoReply, tally.Abandoned,
            parts.Sum(p => p.Hosts), parts.Sum(p => p.HostsActive), parts.SelectMany(p => p.Volunteers).Distinct(StringComparer.Ordinal).Count(),
            tally.Credit / Credit.Millionths, [.. versions]);
    }
}

/// <summary>The figures of one shard.</summary>
internal sealed record FigurePart(
    IReadOnlySet<string> Jobs, Tally Tally, int Hosts, int HostsActive, IReadOnlySet<string> Volunteers, IReadOnlyList<VersionRow> Versions);
