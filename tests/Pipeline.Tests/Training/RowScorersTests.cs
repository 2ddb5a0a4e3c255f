using Pipeline.Jobs;
using Pipeline.Sql;

namespace Pipeline.Tests.Training;

/// <summary>A model that a stream asks for is found, or what is missing is said.</summary>
[Collection(TorchTests.Name)]
public sealed class RowScorersTests(PublishedMoons moons) : IClassFixture<PublishedMoons>
{
    private static readonly CancellationToken s_ct = CancellationToken.None;
    private static readonly ColumnSchema[] s_columns = [new("id", "BIGINT"), new("x", "DOUBLE"), new("y", "DOUBLE"), new("class", "BIGINT")];

    [Theory]
    [InlineData("moon", null, "said", "/model", "Did you mean 'moons'?")]
    [InlineData("moons", 3, "said", "/version", "It has: 1.")]
    [InlineData("moons", null, "X", "/as", "has a column 'X' already")]
    public async Task Open_WhatIsNotThere_SaysWhatIs(string model, int? version, string name, string pointer, string says)
    {
        var thrown = await Assert.ThrowsAsync<SpecException>(() => moons.Training.Get<IRowScorers>().OpenAsync(model, version, name, s_columns, s_ct));

        Assert.Equal(pointer, Assert.Single(thrown.Faults).Pointer);
        Assert.Contains(says, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_RowsWithoutTheModelsColumns_SaysWhichAndOfWhatType()
    {
        var thrown = await Assert.ThrowsAsync<SpecException>(() => moons.Training.Get<IRowScorers>().OpenAsync("moons", null, "said", [new("xx", "DOUBLE"), new("y", "VARCHAR")], s_ct));

        Assert.Equal(2, thrown.Faults.Count);
        Assert.Contains("needs a column 'x' (DOUBLE), which the query does not give. Did you mean 'xx'?", thrown.Faults[0].Detail, StringComparison.Ordinal);
        Assert.Contains("needs the column 'y' as DOUBLE; the query gives VARCHAR", thrown.Faults[1].Detail, StringComparison.Ordinal);
    }
}
