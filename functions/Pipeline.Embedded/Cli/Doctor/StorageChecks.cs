using Pipeline.Storage;

namespace Pipeline.Embedded.Cli.Doctor;

/// <summary>Where the app keeps its objects, and its own folder.</summary>
internal static class StorageChecks
{
    private const string Area = "storage";

    public static async Task<IReadOnlyList<Finding>> LookAsync(Patient patient, TimeProvider time, CancellationToken cancellationToken)
    {
        var findings = new List<Finding> { FolderChecks.Look(Area, "app's folder", patient.Root, patient.Machine, "name another with --root DIR") };
        var accounts = new[] { ObjectStoreFactory.DataAccount, ObjectStoreFactory.HostAccount }
            .Select(name => StorageAccountSettings.Read(patient.Configuration, name)).OfType<StorageAccountSettings>().ToList();
        foreach (var account in accounts)
            findings.AddRange(await AccountChecks.LookAsync(Area, account, time, cancellationToken));
        if (accounts.Count == 0 && patient.Configuration[ObjectStoreFactory.StoreRootKey] is { Length: > 0 } store)
            findings.Add(FolderChecks.Look(Area, "objects", Path.GetFullPath(store), patient.Machine, "name another with Pipeline__StoreRoot"));
        return findings;
    }
}
