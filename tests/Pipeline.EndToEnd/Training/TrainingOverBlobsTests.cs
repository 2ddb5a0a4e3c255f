using Microsoft.Extensions.DependencyInjection;
using Pipeline.EndToEnd.Fixtures;
using Pipeline.Storage;

namespace Pipeline.EndToEnd.Training;

/// <summary>Training over Azure Blob storage, by an Azurite: it comes to what it comes to over a directory.</summary>
public sealed class TrainingOverBlobsTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private const string Weights = "shapes/1/model.safetensors";

    [SkippableFact]
    public async Task Run_OverBlobs_HasTheWeightsOfARunOverADirectory()
    {
        var blobs = (await azurite.GetAsync()).ConnectionString;

        Assert.Equal(await TrainedAsync(null), await TrainedAsync(blobs));
    }

    private static async Task<byte[]> TrainedAsync(string? connectionString)
    {
        using var data = new TestData();
        await using var app = await RunningApp.StartAsync(connectionString);
        await app.UploadAsync("shapes", "part-0.parquet", data.Parquet(Shapes.Rows, rowGroup: 2_048));
        var result = await app.RunAsync(Shapes.Spec());
        Assert.Equal(3, result.RowCount);
        using var buffer = new MemoryStream();
        await using var stream = await app.Services.GetRequiredService<IObjectStore>().OpenReadAsync("models", Weights, CancellationToken.None);
        await stream.CopyToAsync(buffer);
        return buffer.ToArray();
    }
}
