namespace Pipeline.Grid.Scheduling;

/// <summary>What was made of a report.</summary>
/// <param name="ResultId">The result.</param>
/// <param name="State">One of the constants here.</param>
/// <param name="Reason">Why it was not taken; null where it was.</param>
public sealed record ReportAnswer(string ResultId, string State, string? Reason)
{
    /// <summary>The report is recorded.</summary>
    public const string Accepted = "accepted";

    /// <summary>The report had been recorded before; nothing changed.</summary>
    public const string Known = "known";

    /// <summary>The result came when its unit no longer needed it; it earns nothing.</summary>
    public const string TooLate = "too-late";

    /// <summary>The report is not one that this host may send.</summary>
    public const string Refused = "refused";
}
