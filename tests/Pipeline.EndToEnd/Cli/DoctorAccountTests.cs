using Pipeline.EndToEnd.Fixtures;

namespace Pipeline.EndToEnd.Cli;

/// <summary><c>doctor</c> and a storage account, played by Azurite.</summary>
public sealed class DoctorAccountTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-doctor-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public async Task Doctor_AnAccountThatAnswers_IsWellAndStaysAsItIs()
    {
        var connection = (await azurite.GetAsync()).ConnectionString;
        var client = new Azure.Storage.Blobs.BlobServiceClient(connection);
        await client.GetBlobContainerClient("datasets").CreateIfNotExistsAsync();
        var outcome = await DoctorAsync(connection);
        Assert.Matches(@"(?m)^  ok +AzureWebJobsStorage +http.* answers$", outcome.Out);
        Assert.Matches(@"(?m)^  ok +clock +agrees with this machine's$", outcome.Out);
        Assert.Matches(@"(?m)^  ok +containers +may be made$", outcome.Out);
        Assert.Equal(["datasets"], await client.GetBlobContainersAsync().Select(container => container.Name).ToListAsync());
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [SkippableFact]
    public async Task Doctor_AWrongAccountKey_IsAFaultWithItsCure()
    {
        var parts = (await azurite.GetAsync()).ConnectionString.Split(';').Select(part => part.StartsWith("AccountKey=", StringComparison.Ordinal) ? $"AccountKey={Convert.ToBase64String(new byte[64])}" : part);
        var outcome = (await DoctorAsync(string.Join(';', parts))).Expect(9);
        Assert.Matches(@"(?m)^  FAULT +AzureWebJobsStorage +http.*: 403 ", outcome.Out);
        Assert.Contains("-> Check the account key (or SAS)", outcome.Out, StringComparison.Ordinal);
    }

    private async Task<PipelineCommand.Outcome> DoctorAsync(string connection)
    {
        await using var command = PipelineCommand.Start(_folder, ["doctor"], variables: [("AzureWebJobsStorage", connection)]);
        return await command.EndAsync();
    }
}
