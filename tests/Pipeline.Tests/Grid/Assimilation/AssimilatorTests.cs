using System.Security.Cryptography;
using Pipeline.Grid;
using Pipeline.Grid.Assimilation;
using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Splitting;
using Pipeline.Grid.State;
using Pipeline.Grid.Units;
using Pipeline.Grid.Validation;
using Pipeline.Jobs;
using Pipeline.Storage;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Grid.Assimilation;

/// <summary>What goes into a job's result is what was validated, whatever became of files since.</summary>
public sealed class AssimilatorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DirectoryObjectStore _store;
    private readonly DuckDb _duck = new();
    private readonly List<string> _results = [];

    public AssimilatorTests() => _store = new DirectoryObjectStore(_folder.Path);

    public void Dispose()
    {
        _duck.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Write_CanonicalFileChangedAfterItsValidation_TakesOneThatAgreesWithIt()
    {
        var grid = await ValidatedAsync();
        await PutAsync(0, SquareApplication.Answer(6));

        var report = await AssimilateAsync(grid);

        Assert.Equal(25L, Assert.Single(_duck.Rows($"SELECT square FROM '{_store.LocalPath(JobFiles.Results, report.File!)}'"))[0]);
    }

    [Fact]
    public async Task Write_NoFileIsWhatWasValidated_SaysSo()
    {
        var grid = await ValidatedAsync();
        await PutAsync(0, SquareApplication.Answer(6));
        await PutAsync(1, SquareApplication.Answer(6));

        Assert.Contains("what was validated", (await Assert.ThrowsAsync<InvalidDataException>(() => AssimilateAsync(grid))).Message, StringComparison.Ordinal);
    }

    // A unit with two valid results.
    private async Task<GridTransaction> ValidatedAsync()
    {
        var grid = GridRuns.Open(units: 1, hosts: 2);
        var answer = SquareApplication.Answer(5);
        foreach (var host in new[] { 0, 1 })
        {
            _results.Add(GridRuns.Hosts().Request(grid, GridRuns.Host(host), GridRuns.Ask())[0].ResultId);
            await PutAsync(host, answer);
            var report = GridRuns.Success(_results[host]) with { ResultSha256 = Convert.ToHexStringLower(SHA256.HashData(answer)), ResultBytes = answer.Length };
            ReportCommand.Report(grid, GridRuns.Host(host), [report]);
        }
        var unit = grid.State.Units.Find(new UnitKey("job", 0))!;
        var judgement = await new UnitValidator(new ResultFiles(_store)).JudgeAsync(new SquareApplication(), grid.State.Jobs.Find("job")!, unit, _ => false, default);
        Assert.Equal(1, JobCommands.Judge(grid, "job", "r1", [judgement]));
        return grid;
    }

    private Task<PartReport> AssimilateAsync(GridTransaction grid) => new Assimilator(_store, new UnitPages(_store), new ResultFiles(_store))
        .WriteAsync(new GridRun("job", "r1"), 0, new SquareApplication(), grid.State.Jobs.Find("job"), [.. grid.State.Units.Rows], default);

    private Task PutAsync(int host, byte[] content) =>
        _store.WriteAsync(GridFiles.Container, GridFiles.Result("job", _results[host]), new MemoryStream(content), WriteCondition.None, default);
}
