using System.Text;
using Pipeline.Grid.Spec;
using Pipeline.Jobs;

namespace Pipeline.Tests.Grid;

public sealed class GridSpecTests
{
    [Fact]
    public void Read_OnlyWhatIsNeeded_HasTheDefaults()
    {
        var spec = Read("""{ "kind": "grid", "name": "n", "application": "square" }""");

        Assert.Equal(new UnitPolicy(2, 2, 3, 10, 6, TimeSpan.FromDays(1), 16 << 20, new AdaptiveSpec(10, 0.1)), spec.Policy);
        Assert.Equal((GridSpec.DefaultProject, 0, (long?)null), (spec.Project, spec.Priority, spec.Seed));
        Assert.Equal(new UnitBounds(null, null, null), spec.Bounds);
    }

    [Fact]
    public void Read_EveryField_IsTaken()
    {
        var spec = Read("""
            {
              "kind": "grid", "name": "n", "project": "genes", "application": "square", "version": 1, "input": { "file": "genomes/lambda.fa" }, "parameters": { "count": 5 },
              "minQuorum": 3, "targetResults": 4, "maxErrorResults": 5, "maxTotalResults": 20, "maxSuccessResults": 9, "delayBound": "2h",
              "flopsBound": 1e12, "memoryBound": "256MB", "diskBound": "1GB", "maxResultSize": "1MB", "priority": 7, "adaptive": { "after": 20, "spotCheck": 0.5 }, "seed": 9
            }
            """);

        Assert.Equal(new UnitPolicy(3, 4, 5, 20, 9, TimeSpan.FromHours(2), 1 << 20, new AdaptiveSpec(20, 0.5)), spec.Policy);
        Assert.Equal(new UnitBounds(1e12, 256 << 20, 1 << 30), spec.Bounds);
        Assert.Equal(("genes", "genomes/lambda.fa", 7, (long?)9), (spec.Project, spec.Source.File, spec.Priority, spec.Seed));
    }

    [Fact]
    public void Read_AdaptiveFalse_ReplicatesAlways() =>
        Assert.Null(Read("""{ "kind": "grid", "name": "n", "application": "square", "adaptive": false }""").Policy.Adaptive);

    [Theory]
    [InlineData("\"application\": \"squre\"", "/application: 'squre' is not one of: square. Did you mean 'square'?")]
    [InlineData("\"application\": \"square\", \"version\": 2", "/version: There is no version 2 of 'square'. There is: 1.")]
    [InlineData("\"application\": \"square\", \"minQuorum\": 3, \"targetResults\": 2", "/targetResults: 2 results cannot make a quorum of 3. Take 3 or more.")]
    [InlineData("\"application\": \"square\", \"targetResults\": 5, \"maxSuccessResults\": 4", "/maxSuccessResults: It is less than the 5 results that are made from the start. Take 5 or more.")]
    [InlineData("\"application\": \"square\", \"maxTotalResults\": 5", "/maxTotalResults: It is less than the 6 successful results that may come. Take 6 or more.")]
    [InlineData("\"application\": \"square\", \"delayBound\": \"1ms\"", "/delayBound: 1ms is outside 1s to 60d.")]
    [InlineData("\"application\": \"square\", \"minQuorums\": 3", "/minQuorums: There is no field 'minQuorums' here. Did you mean 'minQuorum'?")]
    [InlineData("\"application\": \"square\", \"project\": \"../x\"", "/project: A project's name holds letters, digits, '-' and '_' only, and starts with a letter or a digit.")]
    public void Read_Fault_IsToldWithItsPlace(string fields, string expected) =>
        Assert.Contains(expected, Assert.Throws<SpecException>(() => Read($$"""{ "kind": "grid", "name": "n", {{fields}} }""")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("../../secrets")]
    [InlineData("/etc/passwd")]
    public void Read_FileOutsideTheContainer_IsRefused(string path) =>
        Assert.Contains("/input/file", Assert.Throws<SpecException>(() => Read($$"""{ "kind": "grid", "name": "n", "application": "square", "input": { "file": "{{path}}" } }""")).Message, StringComparison.Ordinal);

    private static GridSpec Read(string json) => GridSpec.Read(JobSpec.Parse(Encoding.UTF8.GetBytes(json), ["grid"]), [new SquareApplication()]);
}
