using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Units;

namespace Pipeline.Grid.State;

internal sealed partial class GridState
{
    // How much a new turnaround counts against those before: the last twenty or so decide.
    private const double Forgetting = 0.1;

    public void Apply(GridEvent happened)
    {
        if (happened is UnitsAdded or ResultsAdded or HostBanned)
            WorkCame++;
        switch (happened)
        {
            case HostRegistered e: Apply(e); break;
            case HostSeen e: Set(Host(e.HostId) with { LastContactAt = e.At }); break;
            case HostBanned e: Set(Host(e.HostId) with { Banned = e.Banned }); break;
            case HostsForgotten e: Apply(e); break;
            case JobOpened e: Apply(e); break;
            case UnitsAdded e: Apply(e); break;
            case ResultsAdded e: Set(Unit(e.JobId, e.Unit).WithUnsent(e.Count)); break;
            case UnitReplicated e: Set(Unit(e.JobId, e.Unit) with { Replicated = true }); break;
            case ResultSent e: Apply(e); break;
            case ResultReported e: Apply(e); break;
            case ResultEnded e: Apply(e); break;
            case UnitJudged e: Apply(e); break;
            case UnitFailed e: Set(Unit(e.JobId, e.Unit) with { Error = e.Error }); break;
            case UnitsAssimilated e: Apply(e); break;
            case UnitRetired e: Apply(e); break;
            case JobClosed e: Apply(e); break;
            default: throw new InvalidDataException($"The log holds an event of a kind that this version does not know: {happened.GetType().Name}.");
        }
    }

    private void Apply(HostRegistered e) =>
        Set(Hosts.Find(e.Host.HostId) is { } known
            ? known with { Facts = e.Facts, LastContactAt = e.At }
            : new HostRow(e.Host, e.Facts, e.At) { LastContactAt = e.At });

    private void Apply(HostsForgotten e)
    {
        foreach (var id in e.HostIds)
            Hosts.Set(id, null);
    }

    private void Apply(JobOpened e)
    {
        Remove(e.Job.JobId);
        var order = Jobs.Rows.Select(j => j.Order).DefaultIfEmpty(-1).Max() + 1;
        Jobs.Set(e.Job.JobId, new JobRow(e.Job, order));
    }

    private void Apply(UnitsAdded e)
    {
        var job = Job(e.JobId);
        Jobs.Set(e.JobId, job with { NextPage = e.Page + 1, Files = e.Files.Count == 0 ? job.Files : [.. job.Files, .. e.Files] });
        var policy = job.Setup.Policy;
        foreach (var setup in e.Units)
        {
            var unit = new WorkUnit(e.JobId, setup) { Replicated = policy.Adaptive is null };
            Set(unit.WithUnsent(unit.Replicated ? policy.TargetResults : 1));
        }
    }

    private void Apply(ResultSent e)
    {
        var host = Host(e.HostId);
        var unit = Unit(e.JobId, e.Unit);
        Set(unit.With(unit.Results[e.Ordinal] with
        {
            State = ServerState.InProgress,
            HostId = e.HostId,
            VolunteerId = host.Key.VolunteerId,
            SentAt = e.At,
            Deadline = e.Deadline,
        }));
        var setup = Job(e.JobId).Setup;
        var version = host.Version(setup.Application);
        var day = HostVersionRow.DayOf(e.At);
        Set(host.With(version with { Day = day, SentToday = version.Day == day ? version.SentToday + 1 : 1 }) with { LastContactAt = e.At });
        var start = StartOf(setup.Project);
        Shares.Set(ShareRow.Clock, new ShareRow(ShareRow.Clock, start));
        Shares.Set(setup.Project, new ShareRow(setup.Project, start + unit.Setup.Flops));
    }

    private void Apply(ResultReported e)
    {
        var unit = Unit(e.JobId, e.Unit);
        var result = unit.Results[e.Ordinal];
        Set(unit.With(result with
        {
            State = ServerState.Over,
            Outcome = e.Success ? ResultOutcome.Success : ResultOutcome.Error,
            Validate = e.Success && unit.Error != UnitError.None ? ValidateState.TooLate : ValidateState.Initial,
            CpuSeconds = e.CpuSeconds,
            Claim = e.Claim,
            Sha256 = e.Sha256,
            Bytes = e.Bytes,
        }));
        var host = Host(result.HostId!) with { LastContactAt = e.At };
        var application = Job(e.JobId).Setup.Application;
        if (!e.Success)
        {
            Set(Failed(host, application) with { Errors = host.Errors + 1 });
            return;
        }
        var version = host.Version(application);
        var seconds = Math.Max(0, (e.At - result.SentAt).TotalSeconds);
        var reported = version.Reported + 1;
        // What the host says it took cannot be more than the time that it had.
        var perFlop = Math.Min(seconds, e.ElapsedSeconds) / Math.Max(1, unit.Setup.Flops);
        Set(host.With(version with
        {
            Reported = reported,
            MeanTurnaroundSeconds = version.MeanTurnaroundSeconds + ((seconds - version.MeanTurnaroundSeconds) / reported),
            SecondsPerFlop = version.Reported == 0 ? perFlop : version.SecondsPerFlop + (Forgetting * (perFlop - version.SecondsPerFlop)),
        }));
    }

    private void Apply(ResultEnded e)
    {
        var unit = Unit(e.JobId, e.Unit);
        var result = unit.Results[e.Ordinal];
        Set(unit.With(result with { State = ServerState.Over, Outcome = e.Outcome }));
        if (e.Outcome != ResultOutcome.NoReply)
            return;
        var host = Host(result.HostId!);
        Set(Failed(host, Job(e.JobId).Setup.Application) with { NoReply = host.NoReply + 1 });
    }

    private void Apply(UnitJudged e)
    {
        var unit = Unit(e.JobId, e.Unit);
        var application = Job(e.JobId).Setup.Application;
        unit = unit with { Canonical = e.Canonical, Grant = e.Grant };
        foreach (var verdict in e.Verdicts)
        {
            var result = unit.Results[verdict.Ordinal];
            unit = unit.With(verdict.State is { } state ? result with { Validate = state } : result with { Outcome = ResultOutcome.Error });
            var host = Host(result.HostId!);
            if (verdict.State == ValidateState.Valid)
                Credit(host, application, result, unit);
            else if (verdict.State == ValidateState.Invalid)
                Set(Invalid(Failed(host, application), application));
            else if (verdict.State is null)
                Set(Failed(host, application) with { Errors = host.Errors + 1 });
        }
        Set(unit);
    }

    private void Credit(HostRow host, ApplicationVersion application, UnitResult result, WorkUnit unit)
    {
        var version = host.Version(application);
        Set(host.With(version with
        {
            ConsecutiveValid = version.ConsecutiveValid + 1,
            Valid = version.Valid + 1,
            QuotaShare = DailyQuota.AfterValid(version.QuotaShare),
        }) with
        { Credit = host.Credit + unit.Grant, Valid = host.Valid + 1 });
        var all = Versions.Find(application) ?? new VersionRow(application);
        Versions.Set(application, all with { Valid = all.Valid + 1, CpuSeconds = all.CpuSeconds + result.CpuSeconds, Flops = all.Flops + unit.Setup.Flops });
    }

    private static HostRow Invalid(HostRow host, ApplicationVersion application)
    {
        var version = host.Version(application);
        return host.With(version with { Invalid = version.Invalid + 1 }) with { Invalid = host.Invalid + 1 };
    }

    // Whatever goes wrong ends a row of valid results and costs a part of the quota.
    private HostRow Failed(HostRow host, ApplicationVersion application)
    {
        var version = host.Version(application);
        var all = Versions.Find(application) ?? new VersionRow(application);
        Versions.Set(application, all with { Failed = all.Failed + 1 });
        return host.With(version with { ConsecutiveValid = 0, QuotaShare = DailyQuota.AfterFailure(version.QuotaShare) });
    }

    private void Apply(UnitsAssimilated e)
    {
        foreach (var number in e.Units)
            Set(Unit(e.JobId, number) with { Assimilated = true });
    }

    private void Apply(UnitRetired e)
    {
        var unit = Unit(e.JobId, e.Unit);
        var job = Job(e.JobId);
        Jobs.Set(e.JobId, job with { Retired = job.Retired + Tally.Of(unit) });
        Units.Set(unit.Key, null);
    }

    private void Apply(JobClosed e) => Remove(e.JobId);

    private void Remove(string jobId)
    {
        if (Jobs.Find(jobId) is null)
            return;
        foreach (var number in Index.UnitsOf(jobId))
            Units.Set(new UnitKey(jobId, number), null);
        Jobs.Set(jobId, null);
    }
}
