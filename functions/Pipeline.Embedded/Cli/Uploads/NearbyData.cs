namespace Pipeline.Embedded.Cli.Uploads;

/// <summary>Brings along the data that lies near a spec, so that a sample runs in an app that has never seen it.</summary>
internal static class NearbyData
{
    /// <summary>Uploads the datasets that the spec's tables name, that the app lacks, and that are in a <c>data</c> folder beside
    /// the spec or above it.</summary>
    public static async Task UploadMissingAsync(CliContext context, PipelineClient client, SpecFile spec)
    {
        var wanted = spec.Datasets();
        if (wanted.Count == 0)
            return;
        var present = (await client.ListDatasetsAsync(context.Interrupted)).Where(d => d.Files > 0).Select(d => d.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var dataset in wanted.Where(name => !present.Contains(name)))
        {
            // What is nowhere to be found, the app reports together with all else that is wrong with the spec.
            if (LocalDataset.Find(dataset, spec.Folder, context.Environment.WorkingFolder) is { } local)
                await new DatasetUploader(client).UploadAsync(local, dataset, context.Progress, context.Interrupted);
        }
    }
}
