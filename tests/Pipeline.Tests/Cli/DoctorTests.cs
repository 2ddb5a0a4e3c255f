using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Pipeline.Embedded.Cli;
using Pipeline.Embedded.Cli.Doctor;
using Pipeline.Embedded.Durable;
using Pipeline.Embedded.Http;
using Pipeline.Tests.Infra;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Cli;

/// <summary>Each fault that <c>doctor</c> finds, made and found.</summary>
public sealed class DoctorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly int _port = FreePort();

    // The real libraries are tried once; a fault in one of them is a matter of its own test.
    private Machine _machine = new() { Libraries = [] };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Doctor_AnEmptyFolder_IsWellAndStaysEmpty()
    {
        _machine = new Machine();
        var run = await RunAsync();
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains($"http://127.0.0.1:{_port}/ is free", run.Out, StringComparison.Ordinal);
        Assert.All(["SQLite", "DuckDB", "SkiaSharp", "PyTorch"], library => Assert.Matches($@"(?m)^  (ok|warning) +{library} ", run.Out));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task Doctor_AUsedFolder_ChangesNoFileInIt()
    {
        HostKeys.LoadOrCreate(_folder[".pipeline", "keys.json"]);
        using (StoreDatabase.Create(_folder[".pipeline", "taskhub-pipeline.db"]))
        {
        }
        var before = Files();
        var (findings, exitCode) = await FindAsync();
        Assert.Equal(0, exitCode);
        Assert.Contains(findings, f => f is { Area: "task hub", Level: FindingLevel.Ok } && f.Detail.StartsWith("whole, ", StringComparison.Ordinal));
        Assert.Equal(before, Files());

        List<(string, long, DateTime)> Files() =>
            [.. new DirectoryInfo(_folder.Path).EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Select(f => (f.FullName, (f as FileInfo)?.Length ?? 0, f.LastWriteTimeUtc)).Order()];
    }

    [Fact]
    public async Task Doctor_PortOfAnotherProgram_IsAFaultAndExits9()
    {
        using var other = new TcpListener(IPAddress.Loopback, _port);
        other.Start();
        var hangingUp = HangUpAsync();
        var run = await RunAsync();
        other.Stop();
        await hangingUp;
        Assert.Equal(9, run.ExitCode);
        Assert.Contains($"FAULT    http", run.Out, StringComparison.Ordinal);
        Assert.Contains($"another program listens on http://127.0.0.1:{_port}/", run.Out, StringComparison.Ordinal);
        Assert.Contains($"serve --port {_port + 1}", run.Out, StringComparison.Ordinal);
        Assert.EndsWith("1 fault, 0 warnings.\n", run.Error, StringComparison.Ordinal);

        // A caller that is cut off calls again, and would wait for somebody who listens no more.
        async Task HangUpAsync()
        {
            try
            {
                while (true)
                    (await other.AcceptTcpClientAsync()).Dispose();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // It was stopped.
            }
        }
    }

    [Fact]
    public async Task Doctor_PortOfAnotherPipeline_IsAWarningThatNamesIt()
    {
        await using var app = (await FakeApp.StartAsync()).On("GET /", "<html><title>Pipeline</title></html>", contentType: "text/html");
        var (findings, exitCode) = await FindAsync("--port", new Uri(app.Url).Port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        var finding = Single(findings, "ports", "http", FindingLevel.Warning);
        Assert.Contains("serves a Pipeline with another folder", finding.Detail, StringComparison.Ordinal);
        Assert.Equal(0, exitCode);
    }

    [Fact]
    public async Task Doctor_PortThatOnlyRootMayTake_SaysWhichOnesAreFree()
    {
        _machine = _machine with { Listen = _ => SocketError.AccessDenied };
        Assert.Equal("Use a port above 1023.", Single((await FindAsync()).Findings, "ports", "http", FindingLevel.Fault).Cure);
    }

    [Fact]
    public async Task Doctor_EventHubsPortOfASettingTaken_IsAFault()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        await WriteSettingAsync("Pipeline__EventHubs__Port", $"{port}");
        Assert.Contains($"port {port} of the setting", Single((await FindAsync()).Findings, "ports", "event hubs", FindingLevel.Fault).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_EventHubsNamespaceThatIsAway_IsAFault()
    {
        await WriteSettingAsync("EventHubsConnection", $"Endpoint=sb://127.0.0.1:{FreePort()};SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=true;");
        Assert.Contains("cannot be reached (ConnectionRefused)", Single((await FindAsync()).Findings, "ports", "event hubs", FindingLevel.Fault).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_FolderThatCannotBeWritten_IsAFault()
    {
        _machine = _machine with { MayWrite = folder => folder != _folder.Path };
        var finding = Single((await FindAsync()).Findings, "storage", "app's folder", FindingLevel.Fault);
        Assert.StartsWith($"{_folder.Path} cannot be written to by ", finding.Detail, StringComparison.Ordinal);
        Assert.Contains("--root DIR", finding.Cure, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Machine_AReadOnlyFolder_MayNotBeWritten()
    {
        Skip.If(OperatingSystem.IsWindows() || Environment.UserName == "root", "To root, and to Windows, a folder's mode means nothing.");
#pragma warning disable CA1416 // Skipped on Windows.
        File.SetUnixFileMode(_folder.Path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.False(new Machine().MayWrite(_folder.Path));
        File.SetUnixFileMode(_folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
#pragma warning restore CA1416
        Assert.True(new Machine().MayWrite(_folder.Path));
    }

    [Fact]
    public async Task Doctor_AFileInPlaceOfTheFolder_IsAFault()
    {
        await File.WriteAllTextAsync(_folder[".pipeline"], "");
        Assert.Contains("is a file", Single((await FindAsync()).Findings, "storage", "app's folder", FindingLevel.Fault).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100L << 20, FindingLevel.Fault)]
    [InlineData(1L << 30, FindingLevel.Warning)]
    [InlineData(4L << 30, FindingLevel.Ok)]
    public async Task Doctor_DiskSpace_IsJudged(long free, object level)
    {
        _machine = _machine with { FreeBytes = _ => free };
        Single((await FindAsync()).Findings, "storage", "app's folder", (FindingLevel)level);
    }

    [Theory]
    [InlineData("nonsense", "is not a storage connection string", "Correct the setting")]
    [InlineData("DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;BlobEndpoint=http://127.0.0.1:PORT/a", "Connection refused", "Check the account's name")]
    public async Task Doctor_AccountThatIsWrongOrAway_IsAFault(string connection, string detail, string cure)
    {
        await WriteSettingAsync("AzureWebJobsStorage", connection.Replace("PORT", $"{FreePort()}", StringComparison.Ordinal));
        var finding = Single((await FindAsync()).Findings, "storage", "AzureWebJobsStorage", FindingLevel.Fault);
        Assert.Contains(detail, finding.Detail, StringComparison.Ordinal);
        Assert.Contains(cure, finding.Cure, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Doctor_KeysThatOthersMayRead_IsAFault()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no such modes.");
#pragma warning disable CA1416 // Skipped on Windows.
        HostKeys.LoadOrCreate(_folder[".pipeline", "keys.json"]);
        File.SetUnixFileMode(_folder[".pipeline", "keys.json"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
#pragma warning restore CA1416
        Assert.StartsWith("chmod 600 ", Single((await FindAsync()).Findings, "keys", "keys.json", FindingLevel.Fault).Cure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("keys.json", "{", "is not valid JSON")]
    [InlineData("keys.json", """{"master":"short"}""", "lacks a key")]
    [InlineData("eventhubs.key", "short", "holds no key")]
    public async Task Doctor_AKeyFileThatIsDamaged_IsAFault(string file, string content, string detail)
    {
        Directory.CreateDirectory(_folder[".pipeline"]);
        await File.WriteAllTextAsync(_folder[".pipeline", file], content);
        Assert.Contains(detail, Single((await FindAsync()).Findings, "keys", file, FindingLevel.Fault).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_AKeyThatIsNotTheFolders_IsAFault()
    {
        HostKeys.LoadOrCreate(_folder[".pipeline", "keys.json"]);
        Single((await FindAsync("--key", "of-another-app")).Findings, "keys", "--key", FindingLevel.Fault);
    }

    [Fact]
    public async Task Doctor_ALibraryThatDoesNotLoad_SaysWhatDoesNotWork()
    {
        _machine = _machine with
        {
            Libraries =
            [
                new("DuckDB", () => throw new TypeInitializationException("NativeMethods", new DllNotFoundException("Unable to load shared library 'duckdb'")), "jobs and streams with SQL", FindingLevel.Fault),
                new("PyTorch", () => throw new DllNotFoundException("version `GLIBCXX_3.4.32' not found"), "training and models", FindingLevel.Warning),
            ],
        };
        var (findings, exitCode) = await FindAsync();
        Assert.Equal("jobs and streams with SQL will not work: Unable to load shared library 'duckdb'", Single(findings, "libraries", "DuckDB", FindingLevel.Fault).Detail);
        Assert.Contains("GLIBCXX", Single(findings, "libraries", "PyTorch", FindingLevel.Warning).Detail, StringComparison.Ordinal);
        Assert.Equal(9, exitCode);
    }

    [Fact]
    public async Task Doctor_ASmallMachine_GetsAWarningForEachLimit()
    {
        _machine = _machine with { Processors = 1, Memory = 512 << 20, OpenFiles = 256, VectorBits = 128, Sdks = [], Glibc = "2.17" };
        var (findings, exitCode) = await FindAsync();
        Assert.Equal(0, exitCode);
        Assert.Equal(
            (OperatingSystem.IsLinux() ? new[] { "SDK", "system" } : ["SDK"]).Concat(["vectors", "processors", "memory", "open files"]),
            findings.Where(f => f.Level == FindingLevel.Warning && f.Cure is not null).Select(f => f.Check));
    }

    [Theory]
    [InlineData("PiplineHub1", "Did you mean 'PipelineHub1'?")]
    [InlineData("PipelineStorage__accountNmae", "Did you mean 'accountName'?")]
    [InlineData("AzureWebJobs.StreamHub7.Disabled", "Did you mean 'StreamHub")]
    [InlineData("PipelineRoleKeys__reders", "Did you mean 'reader'?")]
    [InlineData("Frobnicate", "Take it away")]
    public async Task Doctor_AnUnknownSetting_IsAWarningWithTheNearestName(string setting, string cure)
    {
        await WriteSettingAsync(setting, "x");
        var finding = Single((await FindAsync()).Findings, "settings", "unknown", FindingLevel.Warning);
        Assert.Contains(setting, finding.Detail, StringComparison.Ordinal);
        Assert.StartsWith(cure, finding.Cure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PIPELINEHUB9", true)]
    [InlineData("PipelineHub1", false)]
    [InlineData("AzureWebJobs__StreamHub4__Disabled", false)]
    [InlineData("PATH", false)]
    [InlineData("PIPELINE_URL", false)]
    public async Task Doctor_VariablesOfTheEnvironment_AreLookedAtWhereTheyLookLikeOurs(string variable, bool unknown)
    {
        var run = await RunAsync(e => e with { VariableNames = () => ["HOME", variable] });
        Assert.Equal(unknown, run.Out.Contains($"{variable}: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Doctor_TheSampleSettings_AreAllKnown()
    {
        File.Copy(Path.Combine(Architecture.Repository.Root, "local.settings.sample.json"), _folder["local.settings.json"]);
        Assert.DoesNotContain((await FindAsync()).Findings, f => f is { Area: "settings", Level: not FindingLevel.Ok });
    }

    [Theory]
    [InlineData("""{"Values":{"PipelineGridShards":"many"}}""", "grid", "PipelineGridShards is 'many'")]
    [InlineData("""{"Values":{"PipelineRegion":"?"}}""", "region", "which is no region")]
    [InlineData("""{"Values":{"PipelineDefaultRole":"boss"}}""", "access", "must be reader, submitter, operator or none")]
    [InlineData("""{"Values":{"PipelineHub1":"a","PipelineHub2":"A"}}""", "hubs", "PipelineHub1 and PipelineHub2 both name the hub 'a'")]
    [InlineData("""{"Values":{"AzureFunctionsJobHost__extensions__durableTask__hubName":"x"}}""", "host.json", "hubName is 'x'")]
    [InlineData("{\"Values\":[]}", "files", "\"Values\" must be an object")]
    [InlineData("{", "files", "is not valid JSON")]
    public async Task Doctor_ASettingThatMakesNoSense_IsAFault(string settings, string check, string detail)
    {
        await WriteSettingsAsync(settings);
        Assert.Contains(detail, Single((await FindAsync()).Findings, "settings", check, FindingLevel.Fault).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void KnownSettings_AreThoseThatTheCodeReads()
    {
        var known = KnownSettings.Values.Concat(KnownSettings.Sections.Keys).ToHashSet(StringComparer.Ordinal);
        var fixedParts = AppCode.Settings.Where(name => name.StartsWith("Pipeline", StringComparison.Ordinal) || name.StartsWith("EventHubs", StringComparison.Ordinal) || name.StartsWith("AzureWebJobsS", StringComparison.Ordinal));
        Assert.DoesNotContain(fixedParts, name => name is not ("PipelineHub" or "PipelineMeter") && !known.Contains(name));
        var documented = string.Concat(new[] { "README.md", "infra/README.md", "functions/Pipeline.Embedded/README.md" }.Select(Architecture.Repository.Read)) + Architecture.Repository.Read("local.settings.sample.json") + Architecture.Repository.Read("infra/modules/function-app.bicep");
        Assert.DoesNotContain(KnownSettings.Values, name => !AppCode.Settings.Contains(name) && !documented.Contains(name[..^(char.IsDigit(name[^1]) ? 1 : 0)], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("this is no database, whatever its name says, and long enough to be looked at by anybody", "cannot be read")]
    [InlineData("", "whole")]
    public async Task Doctor_ATaskHubThatIsNoDatabase_IsAFault(string content, string detail)
    {
        Directory.CreateDirectory(_folder[".pipeline"]);
        var path = _folder[".pipeline", "taskhub-pipeline.db"];
        if (content.Length > 0)
            await File.WriteAllTextAsync(path, content);
        else
            StoreDatabase.Create(path).Dispose();
        Assert.Contains(detail, Single((await FindAsync()).Findings, "task hub", "taskhub-pipeline.db", content.Length > 0 ? FindingLevel.Fault : FindingLevel.Ok).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_ATaskHubWithADamagedPage_IsAFault()
    {
        var path = _folder[".pipeline", "taskhub-pipeline.db"];
        Directory.CreateDirectory(_folder[".pipeline"]);
        using (var database = StoreDatabase.Create(path))
            StoreDatabase.Run(database, "INSERT INTO entities SELECT value, hex(randomblob(500)), 0, NULL, NULL FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 300) SELECT value FROM n)");
        using (var file = File.OpenWrite(path))
        {
            file.Position = file.Length / 2;
            file.Write(new byte[16 * 1024]);
        }
        Single((await FindAsync()).Findings, "task hub", "taskhub-pipeline.db", FindingLevel.Fault);
    }

    [Fact]
    public async Task Doctor_ATaskHubOfAnotherFormat_NamesBoth()
    {
        var path = _folder[".pipeline", "taskhub-pipeline.db"];
        Directory.CreateDirectory(_folder[".pipeline"]);
        using (var database = StoreDatabase.Create(path))
            StoreDatabase.Run(database, "PRAGMA user_version = 77");
        Assert.Equal("it has format 77; this version reads 1", Single((await FindAsync()).Findings, "task hub", "taskhub-pipeline.db", FindingLevel.Fault).Detail);
    }

    [Fact]
    public async Task Doctor_ATaskHubThatAKilledProcessLeft_IsExaminedWithItsLogAndLeftAsItIs()
    {
        var path = _folder[".pipeline", "taskhub-pipeline.db"];
        Directory.CreateDirectory(_folder[".pipeline"]);
        // While it is open, what was committed is in the log beside the file; a copy is what a killed process leaves.
        using (var database = StoreDatabase.Create(_folder["live.db"]))
        {
            StoreDatabase.Run(database, "INSERT INTO instances (id, name, version, status, created, updated, processed) VALUES ('j1', 'BatchJob', '', 0, 0, 0, 0)");
            File.Copy(_folder["live.db"], path);
            File.Copy(_folder["live.db-wal"], path + "-wal");
        }
        var log = await File.ReadAllBytesAsync(path + "-wal");
        Assert.EndsWith("with 1 orchestration that the next start goes on with", Single((await FindAsync()).Findings, "task hub", "taskhub-pipeline.db", FindingLevel.Ok).Detail, StringComparison.Ordinal);
        Assert.Equal(log, await File.ReadAllBytesAsync(path + "-wal"));
        Assert.False(File.Exists(path + "-shm"));
    }

    [Fact]
    public async Task Doctor_AFolderThatAnotherProcessUses_NamesIt()
    {
        using var claim = RootClaim.Take(_folder[".pipeline"]);
        Assert.Contains($"process {Environment.ProcessId} works with ", Single((await FindAsync()).Findings, "task hub", "taskhub-pipeline.db", FindingLevel.Warning).Detail, StringComparison.Ordinal);
        claim.Announce(new Uri($"http://127.0.0.1:{_port}"), null);
        Assert.Contains("does not answer", Single((await FindAsync()).Findings, "ports", "http", FindingLevel.Fault).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_AFolderThatIsServed_IsWell()
    {
        await using var app = (await FakeApp.StartAsync()).On("GET /", "<html><title>Pipeline</title></html>", contentType: "text/html");
        using var claim = RootClaim.Take(_folder[".pipeline"]);
        claim.Announce(new Uri(app.Url), 5672);
        var (findings, exitCode) = await FindAsync();
        Assert.Equal(0, exitCode);
        Assert.Contains($"(process {Environment.ProcessId})", Single(findings, "ports", "http", FindingLevel.Ok).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DoctorWithUrl_TheRightKey_IsWell()
    {
        await using var app = (await FakeApp.StartAsync()).On("GET /api/jobs?top=1", """{"jobs":[]}""");
        var (findings, exitCode) = await FindAsync("--url", app.Url, "--key", "right");
        Assert.Equal((0, "right"), (exitCode, app.Requests[0].Key));
        Assert.Equal(["address", "key", "clock"], findings.Select(f => f.Check));
    }

    [Theory]
    [InlineData(401, "does not accept this key")]
    [InlineData(403, "does not accept this key")]
    [InlineData(404, "is not one of Pipeline's")]
    [InlineData(503, "is not there at the moment")]
    public async Task DoctorWithUrl_AnAnswerThatIsNone_IsAFault(int status, string detail)
    {
        await using var app = (await FakeApp.StartAsync()).On("GET /api/jobs?top=1", "", status);
        var (findings, exitCode) = await FindAsync("--url", app.Url, "--key", "wrong");
        Assert.Contains(detail, Single(findings, "app", "key", FindingLevel.Fault).Detail, StringComparison.Ordinal);
        Assert.Equal(9, exitCode);
    }

    [Fact]
    public async Task DoctorWithUrl_AKeyWithoutTheRole_SaysWhichRoleIsWanted()
    {
        await using var app = (await FakeApp.StartAsync()).OnProblem("GET /api/jobs?top=1", 403, "forbidden", "This takes the role Reader; you have Volunteer.");
        var (findings, _) = await FindAsync("--url", app.Url, "--key", "small");
        Assert.Equal("This takes the role Reader; you have Volunteer.", Single(findings, "app", "key", FindingLevel.Fault).Detail);
    }

    [Fact]
    public async Task DoctorWithUrl_NobodyThere_IsAFault()
    {
        var (findings, _) = await FindAsync("--url", $"http://127.0.0.1:{_port}");
        Assert.Contains("nothing listens there", Single(findings, "app", "address", FindingLevel.Fault).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, FindingLevel.Ok)]
    [InlineData(-300, FindingLevel.Warning)]
    [InlineData(1_200, FindingLevel.Fault)]
    public void Clock_ThatIsApart_IsJudged(int seconds, object level)
    {
        var finding = AppChecks.Clock("app", TimeProvider.System.GetUtcNow().AddSeconds(seconds), TimeProvider.System);
        Assert.Equal((FindingLevel)level, finding.Level);
    }

    [Fact]
    public async Task Doctor_AsCsv_IsARowACheck()
    {
        var run = await RunAsync("-o", "csv");
        Assert.StartsWith("area,check,level,detail,cure\r\nversions,.NET,ok,", run.Out, StringComparison.Ordinal);
    }

    private static Finding Single(IReadOnlyList<Finding> findings, string area, string check, FindingLevel level)
    {
        var finding = Assert.Single(findings, f => f.Area == area && f.Check == check);
        Assert.True(finding.Level == level, finding.ToString());
        Assert.Equal(level != FindingLevel.Ok, finding.Cure is not null);
        return finding;
    }

    private async Task<(IReadOnlyList<Finding> Findings, int ExitCode)> FindAsync(params string[] args)
    {
        var run = await RunAsync([.. args, "-o", "json"]);
        return (JsonSerializer.Deserialize(run.Out, CliJson.Default.DoctorReport)!.Findings, run.ExitCode);
    }

    private Task<CliRun> RunAsync(params string[] args) => RunAsync(e => e, args);

    private Task<CliRun> RunAsync(Func<CliEnvironment, CliEnvironment> adjust, params string[] args) =>
        CliRun.OfAsync(e => adjust(e with { WorkingFolder = _folder.Path, Machine = () => _machine }),
            ["doctor", .. args.Contains("--url") || args.Contains("--port") ? [] : new[] { "--port", _port.ToString(System.Globalization.CultureInfo.InvariantCulture) }, .. args]);

    private Task WriteSettingAsync(string name, string value) => WriteSettingsAsync(JsonSerializer.Serialize(new { Values = new Dictionary<string, string> { [name] = value } }));

    private async Task WriteSettingsAsync(string json)
    {
        await File.WriteAllTextAsync(_folder["host.json"], """{"version":"2.0"}""");
        await File.WriteAllTextAsync(_folder["local.settings.json"], json);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
