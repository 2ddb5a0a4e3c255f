using Pipeline.Grid.Applications;
using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Signing;
using Pipeline.Grid.Wire;

namespace Pipeline.Embedded.Volunteer;

/// <summary>Decides what may run here: what the project's key signed for this host, within this host's bounds, by an application that is
/// built in.</summary>
internal sealed class ProjectTrust(ProjectPublicKey key, string hostId, IReadOnlyList<IGridApplication> builtIn, VolunteerSettings settings)
{
    private const int MaxSharedFiles = 64;
    private const long MaxResultBytes = 1L << 30;

    /// <summary>The applications that are built in and that the project has signed.</summary>
    public IReadOnlyList<ApplicationVersion> Applications(ApplicationList list) =>
    [
        .. builtIn.Select(application => new ApplicationVersion(application.Name, application.Version))
            .Where(version => list.Applications.Any(signed => signed is { Application: not null } && signed.Application == version && key.Verify(SignedContent.Of(version), signed.Signature))),
    ];

    /// <summary>The application of a task that may run here.</summary>
    /// <exception cref="UntrustedWorkException">It may not.</exception>
    public IGridApplication Check(SignedAssignment signed)
    {
        var task = signed.Assignment;
        // Form first: what is not of the form is not worth a look at its signature.
        if (!GridNames.IsId(task.ResultId) || !GridNames.IsId(task.JobId) || !GridNames.IsId(task.UnitName))
            throw new UntrustedWorkException("Its ids are not ids.");
        if (!GridNames.IsInputPath(task.InputPath) || !GridNames.IsSha256(task.InputSha256))
            throw new UntrustedWorkException("Its input's path or hash is none.");
        if (task.SharedFiles.Count > MaxSharedFiles || task.SharedFiles.Any(file => file is null || !GridNames.IsFilePath(file.Path) || !GridNames.IsSha256(file.Sha256) || file.Length < 0 || file.Name is not { Length: > 0 and <= 1_024 }))
            throw new UntrustedWorkException("Its shared files are not such as there may be.");
        if (!key.Verify(SignedContent.Of(hostId, task), signed.Signature))
            throw new UntrustedWorkException("It is not signed by the project for this host.");
        if (task.SharedFiles.Sum(file => (double)file.Length) > settings.DiskBytes || task.DiskBytes > settings.DiskBytes)
            throw new UntrustedWorkException($"It wants more disk than the {ByteSize.Format(settings.DiskBytes)} that it may have here.");
        if (task.MaxResultBytes is < 1 or > MaxResultBytes)
            throw new UntrustedWorkException("The bound of its result makes no sense.");
        return builtIn.FirstOrDefault(application => application.Name == task.Application.Name && application.Version == task.Application.Version)
            ?? throw new UntrustedWorkException($"The application {task.Application.Name} {task.Application.Version} is not built into this client.");
    }
}
