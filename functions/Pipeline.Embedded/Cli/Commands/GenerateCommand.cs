using System.CommandLine;
using System.Globalization;
using Pipeline.Embedded.Cli.Generating;
using Pipeline.Embedded.Cli.Rendering;
using Pipeline.Embedded.Cli.Uploads;
using Pipeline.Storage;

namespace Pipeline.Embedded.Cli.Commands;

/// <summary><c>generate retail</c>: made-up data as datasets.</summary>
internal sealed class GenerateCommand : Verb
{
    private const int UsualRows = 5_000_000;
    private const int FewestRows = 1_000;
    private const int MostRows = 1_000_000_000;

    private static readonly string[] s_kinds = ["retail"];

    private readonly Argument<string> _what = new("WHAT") { Description = "retail: two years of a chain of shops, as the datasets sales (a folder a month), products and shops" };
    private readonly Option<int?> _rows = CommonArguments.Number("--rows", "N", $"Lines of receipts in 'sales' [default: {Shown.Number(UsualRows)}]", FewestRows, MostRows);
    private readonly Option<int?> _seed = CommonArguments.Number("--seed", "S", "Which made-up chain: the same seed and rows give the same files [default: 1]", 0, int.MaxValue);

    public GenerateCommand()
        : base("generate", "Make data up and upload it, for trying things out")
    {
        _what.CompletionSources.Add(s_kinds);
        Arguments.Add(_what);
        Options.Add(_rows);
        Options.Add(_seed);
    }

    public override IReadOnlyList<(string Line, string Meaning)> Examples => [("generate retail --rows 5000000 --seed 1", "make five million sales up, partitioned by month")];

    public override async Task RunAsync(CliContext context, ParseResult parsed)
    {
        var what = parsed.GetRequiredValue(_what);
        if (!s_kinds.Contains(what, StringComparer.Ordinal))
            throw new CliException(CliFault.Usage($"'{what}' cannot be made up; retail can.{NearestName.Hint(what, s_kinds)}"));
        var rows = parsed.GetValue(_rows) ?? UsualRows;
        var retail = new RetailGenerator(parsed.GetValue(_seed) ?? 1, rows);
        using var folder = TaskFolder.Create();
        // The app first: where it cannot be had, nobody should wait for rows.
        await using var app = await context.ConnectAsync();
        await app.Client.ListDatasetsAsync(context.Interrupted);
        await context.Progress.ShowAsync(new ProgressStep("Generating", $"{Shown.Count(rows, "sale")} of {RetailGenerator.Months} months", 0), progress => Task.Run(() =>
        {
            RetailFiles.Write(retail, folder.Path, Report, context.Interrupted);
            return true;

            void Report(int months) => progress.Report(new ProgressStep(
                "Generating", string.Create(CultureInfo.InvariantCulture, $"{months} of {RetailGenerator.Months} months"), (double)months / RetailGenerator.Months));
        }, context.Interrupted));
        var made = new List<DatasetView>();
        foreach (var dataset in RetailFiles.Datasets)
        {
            var local = LocalDataset.Read(dataset, folder.Path) with { Source = "what was made up" };
            made.Add(await new DatasetUploader(app.Client).UploadAsync(local, dataset, context.Progress, context.Interrupted));
        }
        DatasetText.Answer(context, [.. made]);
    }
}
