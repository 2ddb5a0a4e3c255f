using System.Text;
using System.Text.Json;
using Pipeline.Grid.Applications;
using Pipeline.Grid.Applications.Alignment;
using Pipeline.Jobs;
using Pipeline.Storage;
using Pipeline.Tests.Architecture;

namespace Pipeline.Tests.Grid.Applications;

/// <summary>Work units of the alignment: from the spec to the rows of their results.</summary>
public sealed class AlignmentApplicationTests : IDisposable
{
    private const string Genome = "genomics/lambda_phage_NC_001416.fasta";
    private static readonly string s_genome = Path.Combine(Repository.Root, "samples/data", Genome);
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-test-").FullName;
    private readonly AlignmentApplication _application = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Result_SimulatedReadsOfLambda_LiesWhereTheyWereTakenFrom()
    {
        var unit = Assert.Single(await SplitAsync(Source("""{"reference":"REF","reads":{"count":12,"length":150,"seed":7,"substitutions":0.04,"insertions":0.01,"deletions":0.01}}""")));

        var rows = _application.Read(Finish(Open(unit))).Rows;

        Assert.Equal(12, rows.Count);
        Assert.Contains(rows, row => (string?)row[2] == "reverse");
        foreach (var row in rows)
        {
            var name = ((string)row[0]!).Split('/');
            Assert.Equal("gi|9626243|ref|NC_001416.1|", row[1]);
            Assert.Equal(name[3] == "+" ? "forward" : "reverse", row[2]);
            Assert.InRange((long)row[4]!, long.Parse(name[2]) - 3, long.Parse(name[2]) + 12);
            Assert.InRange((long)row[3]!, 150, 310);
        }
    }

    [Fact]
    public async Task Result_AnyWidthOfVectors_IsTheSameBytes()
    {
        var unit = (await SplitAsync(Source("""{"reference":"REF","reads":{"count":1,"length":100,"seed":11}}""")))[0];

        var results = new[] { 0, 128, 256, 512 }.Select(width => Finish(AlignmentApplication.Open(Payload(unit), default, width, TimeSpan.FromSeconds(1))).ToArray()).ToArray();

        Assert.All(results, result => Assert.Equal(results[0], result));
    }

    [Fact]
    public async Task Checkpoint_AfterEveryStep_ContinuesToTheSameBytes()
    {
        var unit = (await SplitAsync(Source("""{"reference":"REF","reads":{"count":35,"length":40,"seed":3}}""")))[0];
        var expected = Finish(Open(unit)).ToArray();

        // A step that is cancelled at once does nothing; one that is not does a window at least.
        ReadOnlyMemory<byte> checkpoint = default;
        var steps = 0;
        for (var done = false; !done; steps++)
        {
            using var computation = AlignmentApplication.Open(Payload(unit), checkpoint, LocalAligner.Width, TimeSpan.Zero);
            Assert.False(computation.Step(new CancellationToken(canceled: true)));
            var before = computation.FractionDone;
            done = computation.Step(CancellationToken.None);
            Assert.InRange(computation.FractionDone, before, 1);
            checkpoint = computation.Checkpoint();
        }

        using var last = Open(unit, checkpoint);
        Assert.True(last.Step(CancellationToken.None));
        Assert.Equal(expected, last.Result().ToArray());
        // Two batches of three windows each, and the ways at the end of each.
        Assert.Equal(2 * (3 + 1), steps);
    }

    [Fact]
    public async Task Split_ReadsInUnitsOfAnySize_GivesTheSameRows()
    {
        const string Spec = """{"reference":"REF","reads":{"count":4,"length":40,"seed":5},"readsPerUnit":SIZE}""";
        var rows = new List<string[]>();
        foreach (var size in new[] { "1", "3", "4" })
        {
            var units = await SplitAsync(Source(Spec.Replace("SIZE", size, StringComparison.Ordinal)));
            Assert.Equal(units.Count, units.Select(unit => unit.Name).Distinct().Count());
            rows.Add([.. units.SelectMany(unit => _application.Read(Finish(Open(unit))).Rows).Select(row => string.Join(' ', row))]);
        }

        Assert.Equal(rows[0], rows[1]);
        Assert.Equal(rows[0], rows[2]);
    }

    [Fact]
    public async Task Split_AFastaFileOfProteins_AlignsThem()
    {
        await PutAsync("proteins.fasta", ">kinase\nMGSNKSKPKDASQRRRSLEPAENVHGAGGGAFPASQTPSKPASADGHRGPSAAFAPAAAEPKLFGGFNSSDTVTSPQRAGPLAGG\n>other\nWWWWHHHHCCCC\n");
        await PutAsync("reads.fasta", ">same\nQRRRSLEPAENVHGAG\n>near\nQRRRSIEPADNVHAG\n>none\nWCHWCHWC\n");
        var source = new GridSource(null, "reads.fasta", Parameters("""{"reference":"proteins.fasta","scoring":{"matrix":"BLOSUM62"},"minScore":30}"""));

        var rows = _application.Read(Finish(Open(Assert.Single(await SplitAsync(source))))).Rows;

        Assert.Equal(["same", "near", "none"], rows.Select(row => row[0]));
        Assert.Equal(["16=", "kinase"], [rows[0][9], rows[0][1]]);
        Assert.Equal(13L, rows[0][4]);
        Assert.True((long)rows[1][3]! < (long)rows[0][3]!);
        Assert.Equal([null, null, null], rows[2][1..4]);
    }

    [Theory]
    [InlineData("""{}""", "/parameters/reference")]
    [InlineData("""{"reference":"../x"}""", "/parameters/reference")]
    [InlineData("""{"reference":"REF"}""", "/input")]
    [InlineData("""{"reference":"REF","reads":{}}""", "/parameters/reads/count")]
    [InlineData("""{"reference":"REF","reads":{"count":1,"length":9999}}""", "/parameters/reads/length")]
    [InlineData("""{"reference":"REF","reads":{"count":1},"scoring":{"matrix":"BLOSUM26"}}""", "/parameters/scoring/matrix")]
    [InlineData("""{"reference":"REF","reads":{"count":1},"scoring":{"matrix":"PAM250","match":1}}""", "/parameters/scoring/match")]
    [InlineData("""{"reference":"REF","reads":{"count":1},"scoring":{"gapExtend":0}}""", "/parameters/scoring/gapExtend")]
    [InlineData("""{"reference":"REF","reads":{"count":1},"strand":"both"}""", "/parameters/strand")]
    [InlineData("""{"reference":"REF","reads":{"count":1},"columns":{}}""", "/parameters/columns")]
    public void Check_AFaultySpec_IsToldWhere(string parameters, string pointer)
    {
        var faults = new List<SpecFault>();
        _application.Check(Source(parameters), faults);
        Assert.Contains(pointer, faults.Select(fault => fault.Pointer));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"reference":"r","scoring":{"matrix":"dna","match":2,"mismatch":-3,"gapOpen":5,"gapExtend":0},"bothStrands":true,"minScore":1,"first":0,"count":1,"reads":[{"name":"a","sequence":"A"}]}""")]
    [InlineData("""{"reference":"r","scoring":{"matrix":"dna","match":2,"mismatch":-3,"gapOpen":5,"gapExtend":2},"bothStrands":true,"minScore":1,"first":0,"count":2,"reads":[{"name":"a","sequence":"A"}]}""")]
    [InlineData("""{"reference":"r","scoring":{"matrix":"dna","match":2,"mismatch":-3,"gapOpen":5,"gapExtend":2},"bothStrands":true,"minScore":1,"first":0,"count":1,"reads":[{"name":"a","sequence":"A!"}]}""")]
    [InlineData("""{"reference":"other","scoring":{"matrix":"dna","match":2,"mismatch":-3,"gapOpen":5,"gapExtend":2},"bothStrands":true,"minScore":1,"first":0,"count":1,"reads":[{"name":"a","sequence":"A"}]}""")]
    public void Open_ADamagedInput_IsRefused(string input) =>
        Assert.Throws<InvalidDataException>(() => _application.Open(new UnitPayload("u", Encoding.UTF8.GetBytes(input), new Dictionary<string, string> { ["r"] = s_genome }), default));

    [Fact]
    public async Task Open_ACheckpointOfAnotherUnit_IsRefused()
    {
        var units = await SplitAsync(Source("""{"reference":"REF","reads":{"count":2,"length":50},"readsPerUnit":1}"""));
        using var other = Open(units[1]);

        Assert.Contains("another work unit", Assert.Throws<InvalidDataException>(() => Open(units[0], other.Checkpoint())).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => Open(units[0], "{}"u8.ToArray()));
    }

    [Fact]
    public async Task Split_AReferenceThatIsNotThere_SaysWhatToDo()
    {
        var source = new GridSource(null, null, Parameters("""{"reference":"nothing.fasta","reads":{"count":1}}"""));
        var e = await Assert.ThrowsAsync<InvalidDataException>(() => SplitAsync(source));
        Assert.Contains("There is no file 'nothing.fasta'", e.Message, StringComparison.Ordinal);
    }

    private static GridSource Source(string parameters) => new(null, null, Parameters(parameters));

    private static JsonElement Parameters(string json) => JsonSerializer.Deserialize<JsonElement>(json.Replace("REF", Genome, StringComparison.Ordinal));

    private async Task<List<UnitDraft>> SplitAsync(GridSource source)
    {
        await using (var file = File.OpenRead(s_genome))
            await Store().WriteAsync(DatasetFolders.Container, Genome, file, WriteCondition.None, CancellationToken.None);
        return await _application.SplitAsync(source, Store(), CancellationToken.None).ToListAsync();
    }

    private async Task PutAsync(string path, string text) =>
        await Store().WriteAsync(DatasetFolders.Container, path, new MemoryStream(Encoding.ASCII.GetBytes(text)), WriteCondition.None, CancellationToken.None);

    private DirectoryObjectStore Store() => new(_folder);

    private IGridComputation Open(UnitDraft unit, ReadOnlyMemory<byte> checkpoint = default) => _application.Open(Payload(unit), checkpoint);

    private UnitPayload Payload(UnitDraft unit) =>
        new(unit.Name, unit.Input, unit.SharedFiles.ToDictionary(file => file, file => Path.Combine(_folder, DatasetFolders.Container, file)));

    private static ReadOnlyMemory<byte> Finish(IGridComputation computation)
    {
        using (computation)
        {
            Assert.Throws<InvalidOperationException>(() => computation.Result());
            while (!computation.Step(CancellationToken.None))
            {
            }
            Assert.Equal(1, computation.FractionDone);
            return computation.Result();
        }
    }
}
