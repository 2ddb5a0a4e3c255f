namespace Pipeline.Grid.Scheduling;

/// <summary>One result that a host is to make: an instance of a work unit.</summary>
/// <param name="ResultId">Names the result.</param>
/// <param name="JobId">The job that it is for.</param>
/// <param name="UnitName">The work unit's name within the job.</param>
/// <param name="Application">What is to run.</param>
/// <param name="InputPath">The input, in the container <c>grid</c>.</param>
/// <param name="InputSha256">SHA-256 of the input, in lower-case hexadecimal.</param>
/// <param name="SharedFiles">Files that many units share, worth keeping.</param>
/// <param name="Deadline">When the result must be reported.</param>
/// <param name="Flops">Floating-point operations that it takes, estimated.</param>
/// <param name="MemoryBytes">Memory that it may use.</param>
/// <param name="DiskBytes">Disk space that it may use.</param>
/// <param name="MaxResultBytes">Bytes that the result's file may have.</param>
public sealed record Assignment(
    string ResultId,
    string JobId,
    string UnitName,
    ApplicationVersion Application,
    string InputPath,
    string InputSha256,
    IReadOnlyList<SharedFile> SharedFiles,
    DateTimeOffset Deadline,
    double Flops,
    long MemoryBytes,
    long DiskBytes,
    long MaxResultBytes);
