using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Embedded.EventHubs.Amqp;

namespace Pipeline.Tests.EventHubs;

/// <summary>Only who holds the key opens a link, and only what was signed, for as long as was signed.</summary>
public class SharedAccessTokensTests
{
    private const string Key = "a key of more than twenty characters";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2024, 5, 1, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public void TryProve_OwnSignature_OpensItsResourceUntilItsExpiry()
    {
        Assert.True(Prove(Token("sb://localhost/ticks"), out var claim, out _));

        Assert.Equal(new SharedAccessClaim("ticks", _time.GetUtcNow().AddHours(1)), claim);
        Assert.True(claim.Covers("Ticks/ConsumerGroups/$Default/Partitions/0"));
        Assert.True(claim.Covers("ticks"));
        Assert.False(claim.Covers("ticks2"));
        Assert.False(claim.Covers("other"));
    }

    [Theory]
    [InlineData("sb://localhost", "anything")]
    [InlineData("sb://localhost/", "anything/Partitions/0")]
    [InlineData("sb://localhost/ticks/$management", "ticks")]
    public void Covers_WholeNamespaceOrManagement_IsEnough(string resource, string address)
    {
        Assert.True(Prove(Token(resource), out var claim, out _));
        Assert.True(claim.Covers(address));
    }

    [Fact]
    public void TryProve_AnotherKeyOrName_IsRefusedWithTheSameWords()
    {
        Assert.False(Prove(Token("sb://localhost/ticks", key: "another key of twenty characters"), out _, out var wrongKey));
        Assert.False(Prove(Token("sb://localhost/ticks", name: "Nobody"), out _, out var wrongName));

        Assert.Equal(wrongKey, wrongName);
        Assert.Contains("connection string", wrongKey);
    }

    [Fact]
    public void TryProve_ExpiredOrChanged_IsRefused()
    {
        var token = Token("sb://localhost/ticks");
        Assert.False(Prove(token.Replace("ticks", "other", StringComparison.Ordinal), out _, out _));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.False(Prove(token, out _, out var fault));
        Assert.Contains("expired", fault);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Bearer abc")]
    [InlineData("SharedAccessSignature ")]
    [InlineData("SharedAccessSignature sr=a&sig=b&se=soon&skn=c")]
    [InlineData("SharedAccessSignature sr=a&sig=%%%&se=99999999999&skn=RootManageSharedAccessKey")]
    [InlineData("SharedAccessSignature sr=a&sig=YQ==&se=999999999999999999&skn=c")]
    public void TryProve_WhatIsNoSignature_IsRefused(string token)
    {
        Assert.False(Prove(token, out _, out var fault));
        Assert.NotEmpty(fault);
    }

    private bool Prove(string token, out SharedAccessClaim claim, out string fault) =>
        new SharedAccessTokens("RootManageSharedAccessKey", Key, _time).TryProve(token, out claim, out fault);

    private string Token(string resource, string key = Key, string name = "RootManageSharedAccessKey")
    {
        var (signed, expiry) = (Uri.EscapeDataString(resource), _time.GetUtcNow().AddHours(1).ToUnixTimeSeconds());
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes($"{signed}\n{expiry}"));
        return $"SharedAccessSignature sr={signed}&sig={Uri.EscapeDataString(Convert.ToBase64String(signature))}&se={expiry}&skn={name}";
    }
}
