using System.Globalization;
using Pipeline.Embedded.Cli.Rendering;
using Pipeline.Embedded.Http;
using Pipeline.Storage;

namespace Pipeline.Embedded.Cli.Uploads;

/// <summary>Sends local files to an app: Parquet files as a dataset, whose upload it closes when all of them are there, or a file that programs read by
/// name.</summary>
internal sealed class DatasetUploader(PipelineClient client)
{
    // A few at once hide the latency of each request; more would only compete for the same line.
    private const int FilesAtOnce = 4;

    /// <summary>Uploads the files, shows how far it is, and writes the marker that makes them usable.</summary>
    /// <exception cref="CliException">A file is too large, cannot be read, or was refused.</exception>
    public Task<DatasetView> UploadAsync(LocalDataset local, string dataset, IProgressDisplay display, CancellationToken cancellationToken) =>
        UploadAsync(local, dataset, display, () => client.CompleteUploadAsync(dataset, cancellationToken), cancellationToken);

    /// <summary>Uploads a file that programs read by name, and shows how far it is.</summary>
    /// <returns>The name by which specs know it.</returns>
    /// <exception cref="CliException">The file is too large, cannot be read, or was refused.</exception>
    public Task<string> UploadFileAsync(LocalDataset local, string dataset, IProgressDisplay display, CancellationToken cancellationToken) =>
        UploadAsync(local, dataset, display, () => Task.FromResult($"{dataset}/{local.Files[0].Path}"), cancellationToken);

    private Task<T> UploadAsync<T>(LocalDataset local, string dataset, IProgressDisplay display, Func<Task<T>> close, CancellationToken cancellationToken)
    {
        // Before the first byte goes out: half a dataset helps nobody.
        try
        {
            ObjectName.CheckSegment(dataset);
        }
        catch (InvalidObjectNameException e)
        {
            throw new CliException(CliFault.InvalidInput(e.Message, "Give the dataset a name of letters, digits, '-' and '_'."), e);
        }
        if (local.Files.FirstOrDefault(f => f.Length > WebServer.MaxBodyBytes) is { } large)
        {
            throw new CliException(CliFault.InvalidInput(
                $"{large.Path} in {local.Source} has {ByteSize.Format(large.Length)}; an app takes files of at most {ByteSize.Format(WebServer.MaxBodyBytes)} over HTTP, here as on Azure.",
                $"Write it as several smaller files, or copy it into the app's storage: container datasets, path {dataset}/{large.Path}."));
        }
        return display.ShowAsync(
            new ProgressStep(Label(dataset), $"{Shown.Count(local.Files.Count, "file")}, {ByteSize.Format(local.Bytes)} from {local.Source}", 0),
            async progress =>
            {
                try
                {
                    await SendAsync(local, dataset, progress, cancellationToken);
                    return await close();
                }
                catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
                {
                    throw new CliException(CliFault.Interrupted($"Interrupted; the upload of '{dataset}' is not complete.", "Start it again: what is there already is replaced by the same."), e);
                }
            });
    }

    private async Task SendAsync(LocalDataset local, string dataset, IProgress<ProgressStep> progress, CancellationToken cancellationToken)
    {
        var filesDone = 0;
        long bytesDone = 0;
        var gate = new Lock();
        await Parallel.ForEachAsync(
            local.Files,
            new ParallelOptions { MaxDegreeOfParallelism = FilesAtOnce, CancellationToken = cancellationToken },
            async (file, token) =>
            {
                using var body = Open(file, local.Source, bytes => Report(bytes, 0));
                await client.UploadFileAsync(dataset, file.Path, body, token);
                Report(0, 1);
            });

        void Report(int bytes, int files)
        {
            lock (gate)
            {
                bytesDone += bytes;
                filesDone += files;
                progress.Report(new ProgressStep(
                    Label(dataset),
                    string.Create(CultureInfo.InvariantCulture, $"{filesDone} of {local.Files.Count} files, {ByteSize.Format(bytesDone)} of {ByteSize.Format(local.Bytes)}"),
                    local.Bytes == 0 ? null : Math.Min(1, (double)bytesDone / local.Bytes)));
            }
        }
    }

    private static string Label(string dataset) => $"Uploading {Shown.Text(dataset)}";

    private static FileUpload Open(LocalDataset.DataFile file, string source, Action<int> onBytes)
    {
        try
        {
            return new FileUpload(file.FullPath, onBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(CliFault.InvalidInput($"{file.Path} in {source} cannot be read: {e.Message}"), e);
        }
    }
}
