using System.Globalization;
using Pipeline.Embedded.Cli.Rendering;
using Pipeline.Storage;

namespace Pipeline.Embedded.Cli.Uploads;

/// <summary>Sends local Parquet files to an app as a dataset, and closes the upload when all of them are there.</summary>
internal sealed class DatasetUploader(PipelineClient client)
{
    // A few at once hide the latency of each request; more would only compete for the same line.
    private const int FilesAtOnce = 4;

    /// <summary>Uploads the files, shows how far it is, and writes the marker that makes them usable.</summary>
    public Task<DatasetView> UploadAsync(LocalDataset local, string dataset, IProgressDisplay display, CancellationToken cancellationToken) =>
        display.ShowAsync(
            new ProgressStep(Label(dataset), $"{Shown.Count(local.Files.Count, "file")}, {ByteSize.Format(local.Bytes)} from {local.Source}", 0),
            async progress =>
            {
                await SendAsync(local, dataset, progress, cancellationToken);
                return await client.CompleteUploadAsync(dataset, cancellationToken);
            });

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
