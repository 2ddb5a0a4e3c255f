namespace Pipeline.Embedded.Cli.Doctor;

/// <summary>One thing that <c>doctor</c> looked at.</summary>
/// <param name="Area">What it belongs to: ports, storage, keys, …</param>
/// <param name="Check">What was looked at.</param>
/// <param name="Level">How it stands.</param>
/// <param name="Detail">What was seen, in a line.</param>
/// <param name="Cure">What to do about it, in a line; null where nothing is to be done.</param>
internal sealed record Finding(string Area, string Check, FindingLevel Level, string Detail, string? Cure = null)
{
    public static Finding Ok(string area, string check, string detail) => new(area, check, FindingLevel.Ok, detail);

    public static Finding Warning(string area, string check, string detail, string cure) => new(area, check, FindingLevel.Warning, detail, cure);

    public static Finding Fault(string area, string check, string detail, string cure) => new(area, check, FindingLevel.Fault, detail, cure);
}
