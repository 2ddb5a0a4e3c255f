using System.Buffers;
using Pipeline.Grid.State;
using Pipeline.Grid.Units;

namespace Pipeline.Grid.Scheduling;

/// <summary>Takes in what hosts report.</summary>
internal static class ReportCommand
{
    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    public static IReadOnlyList<ReportAnswer> Report(GridTransaction transaction, HostKey key, IReadOnlyList<ResultReport> reports)
    {
        HostCommands.Open(transaction, key);
        if (reports.Count > HostCommands.MostResults)
            throw new GridRefusedException(GridRefusal.Invalid, $"A call reports up to {HostCommands.MostResults} results.");
        return [.. reports.Select(report => Report(transaction, key, report))];
    }

    private static ReportAnswer Report(GridTransaction transaction, HostKey key, ResultReport report)
    {
        if (!ResultId.TryParse(report.ResultId, out var id))
            return Refused(report, "There is no such result.");
        if (Fault(report) is { } fault)
            return Refused(report, fault);
        if (transaction.State.Find(id) is not var (job, unit, result))
            return new ReportAnswer(report.ResultId, ReportAnswer.TooLate, "Its job has ended, or its unit was settled by others.");
        if (result.HostId != key.HostId)
            return Refused(report, "This result is not this host's.");
        // A result that comes after its deadline, but before it is replaced, is as good as any.
        var late = result is { State: ServerState.Over, Outcome: ResultOutcome.NoReply } && report.Success && unit.Error == UnitError.None;
        if (result.State == ServerState.Over && !late)
        {
            return result.Outcome is ResultOutcome.Success or ResultOutcome.Error
                ? new ReportAnswer(report.ResultId, ReportAnswer.Known, null)
                : new ReportAnswer(report.ResultId, ReportAnswer.TooLate, result.Outcome == ResultOutcome.NoReply ? "Its deadline has passed." : "The server needs it no more.");
        }
        var success = report.Success && report.ResultBytes <= job.Setup.Policy.MaxResultBytes;
        transaction.Emit(new ResultReported(
            id.JobId, id.Unit, id.Ordinal, success, report.CpuSeconds, report.ElapsedSeconds, Credit.Claim(report.ClaimedCredit),
            success ? report.ResultSha256 : null, success ? report.ResultBytes : 0, transaction.Now));
        KeepSceptical(transaction, job, unit.Key, key.HostId);
        transaction.Settle(unit.Key);
        return success || !report.Success
            ? new ReportAnswer(report.ResultId, ReportAnswer.Accepted, null)
            : Refused(report, $"A result of this job has at most {job.Setup.Policy.MaxResultBytes} bytes. It counts as failed.");
    }

    // A host may have lost its good name since it was given a unit alone.
    private static void KeepSceptical(GridTransaction transaction, JobRow job, UnitKey key, string hostId)
    {
        if (transaction.State.Units.Find(key) is { Replicated: false, IsOver: false } unit && job.Setup.Policy.Adaptive is { } adaptive
            && !Reliability.IsReliable(adaptive, transaction.State.Hosts.Find(hostId)!.Version(job.Setup.Application)))
        {
            transaction.Emit(new UnitReplicated(unit.JobId, unit.Setup.Number));
        }
    }

    private static string? Fault(ResultReport report)
    {
        if (!(report.CpuSeconds >= 0 && report.ElapsedSeconds >= 0) || !double.IsFinite(report.CpuSeconds) || !double.IsFinite(report.ElapsedSeconds))
            return "Times must be finite and not negative.";
        if (!report.Success)
            return null;
        if (report.ResultSha256 is not { Length: 64 } sha || sha.AsSpan().ContainsAnyExcept(Hexadecimal))
            return "A successful result is reported with the SHA-256 of its file: 64 lower-case hexadecimal digits.";
        return report.ResultBytes < 0 ? "A result has no negative length." : null;
    }

    private static ReportAnswer Refused(ResultReport report, string reason) => new(report.ResultId, ReportAnswer.Refused, reason);
}
