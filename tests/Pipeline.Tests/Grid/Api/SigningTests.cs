using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Signing;
using Pipeline.Grid.Volunteers;
using Pipeline.Storage;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Grid.Api;

/// <summary>What the project signs cannot be changed, taken for something else, or signed by somebody else.</summary>
public sealed class SigningTests : IDisposable
{
    private static readonly Assignment s_work = new(
        "r1", "j1", "u1", new ApplicationVersion("sum", 1), "inputs/j1/u1", new string('a', 64), [new SharedFile("genome", $"files/{new string('b', 64)}", 10, new string('b', 64))],
        new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero), 1e9, 1, 2, 3);

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, Assignment> Changed => new()
    {
        { "result", s_work with { ResultId = "r2" } },
        { "job", s_work with { JobId = "j2" } },
        { "unit", s_work with { UnitName = "u2" } },
        { "application", s_work with { Application = new ApplicationVersion("sun", 1) } },
        { "version", s_work with { Application = new ApplicationVersion("sum", 2) } },
        { "input", s_work with { InputPath = "inputs/j1/u2" } },
        { "input's hash", s_work with { InputSha256 = new string('c', 64) } },
        { "deadline", s_work with { Deadline = s_work.Deadline.AddTicks(1) } },
        { "flops", s_work with { Flops = 2e9 } },
        { "memory", s_work with { MemoryBytes = 9 } },
        { "disk", s_work with { DiskBytes = 9 } },
        { "result's bound", s_work with { MaxResultBytes = 9 } },
        { "no shared file", s_work with { SharedFiles = [] } },
        { "shared file twice", s_work with { SharedFiles = [.. s_work.SharedFiles, .. s_work.SharedFiles] } },
        { "shared file's hash", s_work with { SharedFiles = [s_work.SharedFiles[0] with { Sha256 = new string('c', 64) }] } },
        { "shared file's name", s_work with { SharedFiles = [s_work.SharedFiles[0] with { Name = "genomes" }] } },
        { "shared file's length", s_work with { SharedFiles = [s_work.SharedFiles[0] with { Length = 11 }] } },
        { "text moved to the next field", s_work with { ResultId = "r1j", JobId = "1" } },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Changed))]
    public void Verify_AChangedTask_IsNotWhatWasSigned(string what, Assignment changed)
    {
        using var key = ProjectKey.Create();
        var signature = key.Sign(SignedContent.Of("h1", s_work));

        Assert.True(key.Public.Verify(SignedContent.Of("h1", s_work with { Deadline = s_work.Deadline.ToOffset(TimeSpan.FromHours(2)) }), signature), "The same moment is the same deadline.");
        Assert.False(key.Public.Verify(SignedContent.Of("h1", changed), signature), $"Another {what} passed.");
        Assert.False(key.Public.Verify(SignedContent.Of("h2", s_work), signature));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==")]
    [InlineData("????????????????????????????????????????????????????????????????????????????????????????")]
    public void Verify_WhatIsNoSignature_IsFalse(string? signature)
    {
        using var key = ProjectKey.Create();
        Assert.False(key.Public.Verify(SignedContent.Of(s_work.Application), signature));
    }

    [Fact]
    public void Verify_AnotherProjectsSignature_IsFalse()
    {
        using var key = ProjectKey.Create();
        using var other = ProjectKey.Create();
        var content = SignedContent.Of(s_work.Application);
        Assert.True(other.Public.Verify(content, other.Sign(content)));
        Assert.False(key.Public.Verify(content, other.Sign(content)));
    }

    [Fact]
    public void Parse_KeyOnAnotherCurve_IsRefused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.Throws<InvalidDataException>(() => ProjectKey.Parse(other.ExportPkcs8PrivateKeyPem()));
        Assert.Throws<InvalidDataException>(() => ProjectPublicKey.Parse(Convert.ToBase64String(other.ExportSubjectPublicKeyInfo())));
        Assert.Throws<InvalidDataException>(() => ProjectPublicKey.Parse("not base64"));
    }

    [Fact]
    public async Task KeyStore_FirstUseByManyAtOnce_MakesOneKey()
    {
        var prints = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            using var keys = new ProjectKeyStore(Store(), Settings(null));
            return (await keys.GetAsync(default)).Public.Fingerprint;
        })));
        Assert.Single(prints.Distinct());
    }

    [Fact]
    public async Task KeyStore_KeyFromTheSetting_IsUsedAndNotStored()
    {
        using var given = ProjectKey.Create();
        using var keys = new ProjectKeyStore(Store(), Settings(given.ToPem().Replace("\n", "\\n", StringComparison.Ordinal)));
        Assert.Equal(given.Public.Fingerprint, (await keys.GetAsync(default)).Public.Fingerprint);
        Assert.False(Directory.Exists(_folder["store"]));
    }

    [Fact]
    public async Task KeyStore_SettingThatIsNoKey_SaysWhichAndDoesNotRepeatIt()
    {
        using var keys = new ProjectKeyStore(Store(), Settings("hunter2"));
        var e = await Assert.ThrowsAsync<StorageException>(async () => await keys.GetAsync(default));
        Assert.Contains(ProjectKeyStore.Setting, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Token_MadeAndReadAgain_IsTheSameAndMatchesOnlyItsHash()
    {
        var (text, token) = GridToken.Create(GridToken.Host);
        var read = GridToken.Parse(text)!;
        Assert.Equal((token.Kind, token.Id), (read.Kind, read.Id));
        Assert.True(read.Matches(Convert.ToHexStringLower(token.Hash)));
        Assert.False(read.Matches(Convert.ToHexStringLower(GridToken.Create(GridToken.Host).Token.Hash)));
        Assert.DoesNotContain(Convert.ToHexStringLower(token.Hash), text, StringComparison.OrdinalIgnoreCase);
    }

    private DirectoryObjectStore Store() => new(_folder["store"]);

    private static IConfiguration Settings(string? key) => new ConfigurationBuilder().AddInMemoryCollection([new(ProjectKeyStore.Setting, key)]).Build();
}
