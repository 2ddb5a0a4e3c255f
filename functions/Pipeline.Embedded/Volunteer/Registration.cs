using System.Reflection;
using System.Runtime.InteropServices;
using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Signing;
using Pipeline.Grid.Wire;

namespace Pipeline.Embedded.Volunteer;

/// <summary>Makes the client known to the project once, and remembers whom it trusts.</summary>
internal sealed class Registration(GridClient client, VolunteerFolder folder, VolunteerSettings settings, Retry retry)
{
    /// <summary>The account, made now or by an earlier run, and the key that work is checked against.</summary>
    /// <exception cref="UntrustedWorkException">The project's key is not the one that is trusted.</exception>
    /// <exception cref="InvalidDataException">The folder is another project's, or damaged.</exception>
    public async Task<(VolunteerIdentity Identity, ProjectPublicKey Key, bool IsNew)> EnsureAsync(CancellationToken cancellationToken)
    {
        var identity = folder.Identity();
        if (identity is not null && identity.Url != client.Address.AbsoluteUri)
            throw new InvalidDataException($"The folder {settings.Folder} belongs to the project at {identity.Url}. Give another with --folder.");
        if (identity is null)
        {
            var volunteer = await retry.UntilAnsweredAsync(token => client.RegisterVolunteerAsync(new VolunteerRequest(settings.Name), token), cancellationToken);
            identity = new VolunteerIdentity(client.Address.AbsoluteUri, volunteer.VolunteerId, volunteer.Token);
            folder.Keep(identity);
        }
        if (identity is { HostToken: { } known, ProjectKey: { } pinned })
        {
            client.UseToken(known);
            await retry.UntilAnsweredAsync(async token =>
            {
                await client.PutHostAsync(new HostRequest(Facts()), token);
                return true;
            }, cancellationToken);
            return (identity, Trusted(pinned), false);
        }
        client.UseToken(identity.VolunteerToken);
        var host = await retry.UntilAnsweredAsync(token => client.RegisterHostAsync(new HostRequest(Facts()), token), cancellationToken);
        // Before it is kept: a key that is not the wanted one must not become the trusted one.
        var key = Trusted(host.ProjectKey.PublicKey);
        if (!GridNames.IsId(host.HostId))
            throw new UntrustedWorkException("The server's id for this host is none.");
        identity = identity with { HostId = host.HostId, HostToken = host.Token, ProjectKey = host.ProjectKey.PublicKey };
        folder.Keep(identity);
        client.UseToken(host.Token);
        return (identity, key, true);
    }

    /// <summary>What this machine is and offers.</summary>
    public HostFacts Facts() => new(
        settings.Tasks,
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        settings.DiskBytes,
        ProcessorSpeed.Measure(settings.Time) * settings.CpuShare,
        RuntimeInformation.RuntimeIdentifier,
        typeof(Registration).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "1");

    private ProjectPublicKey Trusted(string text)
    {
        var key = ProjectPublicKey.Parse(text);
        if (settings.ProjectKey is null || settings.ProjectKey.Equals(key.Fingerprint, StringComparison.OrdinalIgnoreCase))
            return key;
        key.Dispose();
        throw new UntrustedWorkException($"The project's key has the fingerprint {key.Fingerprint}, not the one that --project-key names. Ask those who run the project which is right.");
    }
}
