using Pipeline.Grid.Uploads;
using Pipeline.Storage;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Grid.Api;

/// <summary>Uploads over a directory.</summary>
public sealed class ResultUploadsOverADirectoryTests : ResultUploadsContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    protected override IObjectStore Store => new DirectoryObjectStore(_folder.Path);

    protected override IEnumerable<int> Cuts => Enumerable.Range(0, 40);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("bytes 0-9/10", 0, 10, 10)]
    [InlineData("bytes 5-5/10", 5, 1, 10)]
    [InlineData("bytes 0-9/*", -1, 0, 0)]
    [InlineData("bytes */10", -1, 0, 0)]
    [InlineData("bytes 9-5/10", -1, 0, 0)]
    [InlineData("bytes 0-10/10", -1, 0, 0)]
    [InlineData("items 0-9/10", -1, 0, 0)]
    [InlineData("bytes 0-99999999999999999999/10", -1, 0, 0)]
    [InlineData(null, -1, 0, 0)]
    public void ContentRange_OtherForms_AreNone(string? header, long from, long length, long total) =>
        Assert.Equal(from < 0 ? null : new UploadRange(from, length, total), UploadRange.Parse(header));
}
