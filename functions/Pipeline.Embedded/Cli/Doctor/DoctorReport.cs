namespace Pipeline.Embedded.Cli.Doctor;

/// <summary>What <c>doctor</c> found.</summary>
/// <param name="Findings">Every check, in the order in which they were made.</param>
internal sealed record DoctorReport(IReadOnlyList<Finding> Findings)
{
    /// <summary>How many things will not work.</summary>
    public int Faults => Findings.Count(finding => finding.Level == FindingLevel.Fault);

    /// <summary>How many work worse than they could.</summary>
    public int Warnings => Findings.Count(finding => finding.Level == FindingLevel.Warning);
}
