using System.Text.Json.Serialization;
using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Units;

namespace Pipeline.Grid.State;

/// <summary>A thing that has happened, as the log keeps it. Applying it takes no decision, no clock and no chance.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "e")]
[JsonDerivedType(typeof(HostRegistered), "host")]
[JsonDerivedType(typeof(HostSeen), "seen")]
[JsonDerivedType(typeof(HostBanned), "banned")]
[JsonDerivedType(typeof(HostsForgotten), "forgotten")]
[JsonDerivedType(typeof(JobOpened), "job")]
[JsonDerivedType(typeof(UnitsAdded), "units")]
[JsonDerivedType(typeof(ResultsAdded), "more")]
[JsonDerivedType(typeof(UnitReplicated), "replicate")]
[JsonDerivedType(typeof(ResultSent), "sent")]
[JsonDerivedType(typeof(ResultReported), "report")]
[JsonDerivedType(typeof(ResultEnded), "ended")]
[JsonDerivedType(typeof(UnitJudged), "judged")]
[JsonDerivedType(typeof(UnitFailed), "failed")]
[JsonDerivedType(typeof(UnitsAssimilated), "assimilated")]
[JsonDerivedType(typeof(UnitRetired), "retired")]
[JsonDerivedType(typeof(JobClosed), "closed")]
internal abstract record GridEvent;

internal sealed record HostRegistered(HostKey Host, HostFacts Facts, DateTimeOffset At) : GridEvent;

internal sealed record HostSeen(string HostId, DateTimeOffset At) : GridEvent;

internal sealed record HostBanned(string HostId, bool Banned) : GridEvent;

/// <summary>Hosts that nothing was ever heard of worth keeping.</summary>
internal sealed record HostsForgotten(IReadOnlyList<string> HostIds) : GridEvent;

internal sealed record JobOpened(JobSetup Job) : GridEvent;

/// <summary>A page of units, with the shared files that it is the first to name.</summary>
internal sealed record UnitsAdded(string JobId, int Page, IReadOnlyList<SharedFile> Files, IReadOnlyList<UnitSetup> Units) : GridEvent;

internal sealed record ResultsAdded(string JobId, int Unit, int Count) : GridEvent;

/// <summary>One result is not enough for this unit: a full quorum is wanted.</summary>
internal sealed record UnitReplicated(string JobId, int Unit) : GridEvent;

internal sealed record ResultSent(string JobId, int Unit, int Ordinal, string HostId, DateTimeOffset At, DateTimeOffset Deadline) : GridEvent;

internal sealed record ResultReported(
    string JobId, int Unit, int Ordinal, bool Success, double CpuSeconds, double ElapsedSeconds, long Claim, string? Sha256, long Bytes, DateTimeOffset At) : GridEvent;

/// <summary>A result that is over without a report.</summary>
internal sealed record ResultEnded(string JobId, int Unit, int Ordinal, ResultOutcome Outcome) : GridEvent;

internal sealed record UnitJudged(string JobId, int Unit, IReadOnlyList<Verdict> Verdicts, int? Canonical, long Grant) : GridEvent;

internal sealed record UnitFailed(string JobId, int Unit, UnitError Error) : GridEvent;

internal sealed record UnitsAssimilated(string JobId, IReadOnlyList<int> Units) : GridEvent;

/// <summary>Nothing can happen to the unit any more: it is counted, and kept no longer.</summary>
internal sealed record UnitRetired(string JobId, int Unit) : GridEvent;

/// <summary>The job has ended or was aborted; its units are gone.</summary>
internal sealed record JobClosed(string JobId) : GridEvent;
