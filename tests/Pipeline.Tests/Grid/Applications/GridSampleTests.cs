using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Grid.Applications;
using Pipeline.Grid.Spec;
using Pipeline.Jobs;
using Pipeline.Storage;
using Pipeline.Tests.Architecture;

namespace Pipeline.Tests.Grid.Applications;

/// <summary>The samples for volunteers: their specs are right, and their files are where a submission looks for them.</summary>
public class GridSampleTests
{
    [Theory]
    [InlineData("samples/gene-search/lambda.json", 20)]
    [InlineData("samples/signal-search/sky.json", 12)]
    public async Task Sample_AsItIs_SplitsIntoWorkUnitsThatOpen(string path, int units)
    {
        using var services = new ServiceCollection().AddGridApplications().BuildServiceProvider();
        var spec = GridSpec.Read(JobSpec.Parse(Encoding.UTF8.GetBytes(Repository.Read(path)), ["grid"]), [.. services.GetServices<IGridApplication>()]);
        var folder = Directory.CreateTempSubdirectory("pipeline-test-").FullName;
        try
        {
            var store = new DirectoryObjectStore(folder);
            var data = Path.Combine(Repository.Root, "samples/data");
            foreach (var file in Directory.EnumerateFiles(data, "*.fasta", SearchOption.AllDirectories))
            {
                await using var content = File.OpenRead(file);
                await store.WriteAsync(DatasetFolders.Container, Path.GetRelativePath(data, file).Replace('\\', '/'), content, WriteCondition.None, CancellationToken.None);
            }

            var drafts = await spec.Application.SplitAsync(spec.Source, store, CancellationToken.None).ToListAsync();

            Assert.Equal(units, drafts.Count);
            var files = drafts[^1].SharedFiles.ToDictionary(file => file, file => store.LocalPath(DatasetFolders.Container, file)!);
            using var computation = spec.Application.Open(new UnitPayload(drafts[^1].Name, drafts[^1].Input, files), default);
            Assert.Equal(0, computation.FractionDone);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
