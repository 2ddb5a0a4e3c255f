using Pipeline.Storage;

namespace Pipeline.Embedded.Cli.Uploads;

/// <summary>Brings along the data that lies near a spec, so that a sample runs in an app that has never seen it.</summary>
internal static class NearbyData
{
    /// <summary>Uploads the datasets that the spec names, that the app lacks, and that are in a <c>data</c> folder beside the spec or above it; and the
    /// files there that it names.</summary>
    public static async Task UploadMissingAsync(CliContext context, PipelineClient client, SpecFile spec)
    {
        foreach (var path in spec.Files())
        {
            if (LocalDataset.FindFile(path, spec.Folder, context.Environment.WorkingFolder) is { } file)
                await new DatasetUploader(client).UploadFileAsync(file, path[..path.IndexOf('/')], context.Progress, context.Interrupted);
        }
        var wanted = spec.Datasets();
        if (wanted.Count == 0)
            return;
        var present = (await client.ListDatasetsAsync(context.Interrupted)).Where(d => d.Files > 0).ToDictionary(d => d.Name, StringComparer.Ordinal);
        foreach (var name in wanted)
        {
            // What is nowhere to be found, the app reports together with all else that is wrong with the spec.
            if (present.GetValueOrDefault(name) is { Closed: true } || LocalDataset.Find(name, spec.Folder, context.Environment.WorkingFolder) is not { } local)
                continue;
            if (present.GetValueOrDefault(name) is not { } there || WasCutShort(there, local))
                await new DatasetUploader(client).UploadAsync(local, name, context.Progress, context.Interrupted);
        }
    }

    // An upload that died halfway would give a job a part of its data and nobody would notice. Files that somebody put there by
    // hand are not closed either, but then they are not fewer.
    private static bool WasCutShort(DatasetView there, LocalDataset local) => there.Files <= local.Files.Count && there.Bytes < local.Bytes;
}
