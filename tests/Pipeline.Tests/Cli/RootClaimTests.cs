using Pipeline.Embedded.Cli;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Cli;

public sealed class RootClaimTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Take_AFolderThatIsServed_SaysWhereAndHowToUseIt()
    {
        using var first = RootClaim.Take(_folder["root"]);
        first.Announce(new Uri("http://127.0.0.1:7071"), null);
        var fault = Assert.Throws<CliException>(() => RootClaim.Take(_folder["root"])).Fault;
        Assert.Equal(ExitCode.Unreachable, fault.ExitCode);
        Assert.Contains($"({Environment.ProcessId}) serves the folder {_folder["root"]} at http://127.0.0.1:7071/ already", fault.Detail, StringComparison.Ordinal);
        Assert.Contains("--url http://127.0.0.1:7071/ --key KEY", fault.Advice, StringComparison.Ordinal);
        Assert.Contains(_folder["root", "keys.json"], fault.Advice, StringComparison.Ordinal);
        Assert.Contains("--root", fault.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void Take_AFolderThatACommandIsUsing_SaysToWait()
    {
        using var first = RootClaim.Take(_folder.Path);
        var fault = Assert.Throws<CliException>(() => RootClaim.Take(_folder.Path)).Fault;
        Assert.Contains("Wait until it ends", fault.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void Take_AfterTheHolderEnded_Succeeds()
    {
        RootClaim.Take(_folder.Path).Dispose();
        File.WriteAllText(_folder["app.json"], "what a killed process left");
        using var second = RootClaim.Take(_folder.Path);
    }

    [Fact]
    public void Served_OnlyWhileSomebodyServesIt_TellsWhere()
    {
        Assert.Null(RootClaim.Served(_folder["root"]));
        using (var claim = RootClaim.Take(_folder["root"]))
        {
            Assert.Null(RootClaim.Served(_folder["root"]));
            claim.Announce(new Uri("http://127.0.0.1:7071"), 5672);
            Assert.Equal(new RootClaim.Holder(Environment.ProcessId, new Uri("http://127.0.0.1:7071"), 5672), RootClaim.Served(_folder["root"]));
        }

        File.WriteAllText(_folder["root", "app.json"], """{"processId":1,"url":"http://127.0.0.1:7071"}""");
        Assert.Null(RootClaim.Served(_folder["root"]));
    }

    [Fact]
    public void Take_AFolderThatCannotBe_SaysWhy()
    {
        File.WriteAllText(_folder["file"], "");
        var fault = Assert.Throws<CliException>(() => RootClaim.Take(_folder["file"])).Fault;
        Assert.Equal(ExitCode.InvalidInput, fault.ExitCode);
        Assert.Contains("--root", fault.Advice, StringComparison.Ordinal);
    }
}
