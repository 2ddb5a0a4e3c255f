using System.CommandLine;
using Pipeline.Embedded.Cli.Rendering;
using Pipeline.Embedded.Cli.Uploads;

namespace Pipeline.Embedded.Cli.Commands;

/// <summary><c>upload PATH DATASET</c>: Parquet files become a dataset.</summary>
internal sealed class UploadCommand : Verb
{
    private readonly Argument<string> _path = new("PATH") { Description = "A Parquet file, or a folder of them; subfolders named key=value become columns. Or a .mtx, .fasta or .wav file, which specs then name as DATASET/FILE" };
    private readonly Argument<string> _dataset = new("DATASET") { Description = "The dataset's name; files of the same path are replaced, others stay" };

    public UploadCommand()
        : base("upload", "Upload Parquet files to a dataset")
    {
        Arguments.Add(_path);
        Arguments.Add(_dataset);
    }

    public override IReadOnlyList<(string Line, string Meaning)> Examples =>
        [("upload ./flights flights", "upload a folder tree as the dataset 'flights'"), ("upload plate.mtx matrices", "upload a matrix, 'matrices/plate.mtx' in a simulation's spec")];

    public override async Task RunAsync(CliContext context, ParseResult parsed)
    {
        var local = LocalDataset.Read(parsed.GetRequiredValue(_path), context.Environment.WorkingFolder);
        var name = parsed.GetRequiredValue(_dataset);
        await using var app = await context.ConnectAsync();
        if (local.IsFileByName)
        {
            context.Out.WriteLine(await new DatasetUploader(app.Client).UploadFileAsync(local, name, context.Progress, context.Interrupted));
            return;
        }

        var dataset = await new DatasetUploader(app.Client).UploadAsync(local, name, context.Progress, context.Interrupted);
        DatasetText.Answer(context, dataset);
    }
}
