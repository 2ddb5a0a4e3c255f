using System.Globalization;
using System.Net;
using System.Text;
using Pipeline.EndToEnd.Fixtures;

namespace Pipeline.EndToEnd.Simulation;

/// <summary>A matrix that was uploaded, and a simulation on two hosts whose messages go through Azure Blob storage, by an Azurite: it comes
/// to what it comes to over a directory.</summary>
public sealed class SimulationOverBlobsTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private const string Spec = """
        { "kind": "simulation", "name": "plate", "program": "conjugate-gradient", "parameters": { "matrix": "matrices/plate.mtx" }, "ranks": 4, "hosts": 2,
          "outputs": { "every": 1 } }
        """;

    [SkippableFact]
    public async Task Run_OfAnUploadedMatrixOverBlobs_ComesToWhatItDoesOverADirectory()
    {
        var blobs = (await azurite.GetAsync()).ConnectionString;

        var expected = await SolveAsync(null);

        Assert.True(expected.Count > 5, string.Join('\n', expected));
        Assert.Equal(expected, await SolveAsync(blobs));
    }

    private static async Task<List<string>> SolveAsync(string? connectionString)
    {
        await using var app = await RunningApp.StartAsync(connectionString);
        var (status, answer) = await PutAsync(app, Laplacian(40).Replace("\n2 1 ", "\n2 x ", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("Line 4: 'x' is no whole number from 1 to 40", answer, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Created, (await PutAsync(app, Laplacian(40))).Status);
        return [.. (await app.RunAsync(Spec)).Rows.Select(row => row.GetRawText())];
    }

    private static async Task<(HttpStatusCode Status, string Answer)> PutAsync(RunningApp app, string matrix)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(matrix));
        using var answer = await app.Http.PutAsync(new Uri("api/datasets/matrices/files/plate.mtx", UriKind.Relative), content);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    // The second difference in one dimension.
    private static string Laplacian(int size)
    {
        var lines = new List<string> { "%%MatrixMarket matrix coordinate real symmetric", string.Create(CultureInfo.InvariantCulture, $"{size} {size} {(2 * size) - 1}") };
        for (var row = 1; row <= size; row++)
        {
            if (row > 1)
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"{row} {row - 1} -1"));
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"{row} {row} 2"));
        }

        return string.Join('\n', lines) + "\n";
    }
}
