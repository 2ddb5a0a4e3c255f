using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Training;

namespace Pipeline.Tests.Training;

/// <summary>Rows that a model cannot be asked about are refused with what is wrong with them.</summary>
[Collection(TorchTests.Name)]
public sealed class PredictionServiceTests(PublishedMoons moons) : IClassFixture<PublishedMoons>
{
    [Theory]
    [InlineData("""{ "x": 1 }""", "The row has no 'y' (")]
    [InlineData("""{ "x": 1, "y": "high" }""", "another type")]
    [InlineData("""{ "x": 1, "y": null }""", "Row 0: feature 'y' is missing (null).")]
    [InlineData("""{ "x": 1, "y": [2] }""", "single value")]
    [InlineData("""[1, 2]""", "a JSON object")]
    [InlineData("""{ "rows": [] }""", "There are 0 rows")]
    [InlineData("""{ "rows": [3] }""", "A row is a JSON object")]
    public async Task Predict_RowThatDoesNotFit_SaysWhy(string body, string says)
    {
        using var json = JsonDocument.Parse(body);

        var thrown = await Assert.ThrowsAsync<SpecException>(() => moons.Training.Get<PredictionService>().PredictAsync("moons", null, json.RootElement, CancellationToken.None));

        Assert.Contains(says, thrown.Message, StringComparison.Ordinal);
    }
}
