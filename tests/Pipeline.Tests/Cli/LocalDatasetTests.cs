using Pipeline.Embedded.Cli;
using Pipeline.Embedded.Cli.Uploads;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Cli;

public sealed class LocalDatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_AFolderTree_KeepsHiveFoldersAndOrder()
    {
        Write("flights/month=2001-02/part-0.parquet", "flights/month=2001-01/part-1.parquet", "flights/month=2001-01/part-0.PARQUET", "flights/readme.md", "flights/_SUCCESS");
        var local = LocalDataset.Read("flights", _folder.Path);
        Assert.Equal(["month=2001-01/part-0.PARQUET", "month=2001-01/part-1.parquet", "month=2001-02/part-0.parquet"], local.Files.Select(f => f.Path));
        Assert.Equal(12, local.Bytes);
        Assert.Equal("flights", local.Source);
    }

    [Fact]
    public void Read_HiddenFilesAndLinkedFolders_AreLeftOut()
    {
        Write("flights/a.parquet", "flights/.b.parquet", "flights/.tmp/c.parquet", "flights/_temporary/e.parquet", "flights/_f.parquet", "elsewhere/d.parquet");
        Directory.CreateSymbolicLink(_folder["flights", "link"], _folder["elsewhere"]);
        Directory.CreateSymbolicLink(_folder["flights", "circle"], _folder["flights"]);
        Assert.Equal(["a.parquet"], LocalDataset.Read("flights", _folder.Path).Files.Select(f => f.Path));
    }

    [Fact]
    public void Read_OneFile_IsADatasetOfOneFile()
    {
        Write("airports.parquet");
        Assert.Equal("airports.parquet", Assert.Single(LocalDataset.Read("airports.parquet", _folder.Path).Files).Path);
    }

    [Theory]
    [InlineData("nothing", ExitCode.NotFound, "There is no file or folder nothing.")]
    [InlineData("empty", ExitCode.InvalidInput, "There is no Parquet file in empty.")]
    [InlineData("empty/readme.md", ExitCode.InvalidInput, "empty/readme.md is not a Parquet file: its name does not end in .parquet.")]
    public void Read_NoParquet_SaysSo(string path, int exitCode, string message)
    {
        Write("empty/readme.md");
        var e = Assert.Throws<CliException>(() => LocalDataset.Read(path, _folder.Path));
        Assert.Equal((exitCode, message), (e.Fault.ExitCode, e.Fault.Detail));
    }

    [Fact]
    public void Find_BesideTheSpecOrAbove_TakesTheNearest()
    {
        Write("data/flights/far.parquet", "samples/data/flights/near.parquet", "samples/batch/data/other/x.parquet");
        var local = LocalDataset.Find("flights", _folder["samples", "batch"], _folder.Path)!;
        Assert.Equal("near.parquet", Assert.Single(local.Files).Path);
        Assert.Equal(Path.Combine("samples", "data", "flights"), local.Source);
    }

    [Fact]
    public void Find_AFolderWithoutParquet_GoesOnUpwards()
    {
        Write("data/flights/far.parquet", "samples/data/flights/readme.md");
        Assert.Equal("far.parquet", Assert.Single(LocalDataset.Find("flights", _folder["samples"], _folder.Path)!.Files).Path);
    }

    [Theory]
    [InlineData("../secret")]
    [InlineData("..")]
    [InlineData("/etc")]
    [InlineData("a/b")]
    [InlineData("")]
    [InlineData("a\0b")]
    public void Find_ANameThatLeadsElsewhere_FindsNothing(string name)
    {
        Write("data/a/b/x.parquet", "secret/x.parquet");
        Assert.Null(LocalDataset.Find(name, _folder.Path, _folder.Path));
    }

    private void Write(params string[] paths)
    {
        foreach (var path in paths)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder[path])!);
            File.WriteAllText(_folder[path], "PAR1");
        }
    }
}
