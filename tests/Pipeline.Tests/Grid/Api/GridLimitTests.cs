using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Grid.Limits;
using Pipeline.Grid.Wire;

namespace Pipeline.Tests.Grid.Api;

/// <summary>Nobody takes more than a share, and remembering who took what takes no more memory than for one.</summary>
public sealed class GridLimitTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Bucket_Burst_IsFollowedByTheRate()
    {
        var buckets = new TokenBuckets(perSecond: 2, burst: 3, _time);

        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => buckets.Take("a") is null));
        Assert.Equal(TimeSpan.FromSeconds(0.5), buckets.Take("a"));
        _time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Null(buckets.Take("a"));
        Assert.NotNull(buckets.Take("a"));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => buckets.Take("a") is null));
    }

    [Fact]
    public void Bucket_OfOneKey_IsNotTouchedByAnother()
    {
        var buckets = new TokenBuckets(1, 5, _time);
        while (buckets.Take("greedy") is null)
        {
        }
        Assert.Null(buckets.Take("modest"));
    }

    [Fact]
    public void Buckets_AMillionKeys_TakeNoMemoryOfTheirOwn()
    {
        var buckets = new TokenBuckets(1, 5, _time);
        var keys = Enumerable.Range(0, 1_000_000).Select(i => $"10.{i >> 16}.{i >> 8 & 255}.{i & 255}").ToArray();
        buckets.Take(keys[0]);

        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var key in keys)
            buckets.Take(key);
        // The runtime may have allocated something of its own meanwhile; a key, not even a bit.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, keys.Length / 10);
    }

    [Fact]
    public void Slots_AllTakenOrAllOfAKey_AreGivenNoMore()
    {
        var slots = new Slots(total: 3, perKey: 2);
        var first = slots.TryTake("a")!;
        Assert.NotNull(slots.TryTake("a"));
        Assert.Null(slots.TryTake("a"));
        Assert.NotNull(slots.TryTake("b"));
        Assert.Null(slots.TryTake("c"));
        first.Dispose();
        first.Dispose();
        Assert.NotNull(slots.TryTake("c"));
        Assert.Null(slots.TryTake("d"));
    }

    [Theory]
    [InlineData(false, "203.0.113.9", "10.0.0.1", "10.0.0.1")]
    [InlineData(true, "203.0.113.9:4711", "10.0.0.1", "203.0.113.9")]
    [InlineData(true, "1.2.3.4, 203.0.113.9", "10.0.0.1", "203.0.113.9")]
    [InlineData(true, "nonsense", "10.0.0.1", "10.0.0.1")]
    [InlineData(true, null, "::ffff:10.0.0.1", "10.0.0.1")]
    [InlineData(false, null, "2001:db8:1:2:3:4:5:6", "20010DB800010002/64")]
    public void ClientAddress_ForwardedHeader_CountsOnlyWhereThePlatformWritesIt(bool onAzure, string? forwarded, string remote, string expected)
    {
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = IPAddress.Parse(remote);
        if (forwarded is not null)
            http.Request.Headers[ClientAddress.Forwarded] = forwarded;
        Assert.Equal(expected, ClientAddress.Of(http, onAzure));
    }

    [Fact]
    public void Settings_NotANumber_AreRefusedByName()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("PipelineGridHostRequestsPerSecond", "many")]).Build();
        Assert.Contains("PipelineGridHostRequestsPerSecond", Assert.Throws<InvalidOperationException>(() => GridLimitSettings.Read(configuration)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_BeyondAHostsRate_Are429WithRetryAfter()
    {
        await using var server = await GridServer.StartAsync(settings: new Dictionary<string, string?> { ["PipelineGridHostRequestsPerSecond"] = "0.1" });
        var (host, other) = (await server.JoinAsync(), await server.JoinAsync());
        await host.WorkAsync();

        using var refused = await host.PostAsync("api/grid/work", GridHost.AnyWork);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 10);
        await other.WorkAsync();
    }

    [Fact]
    public async Task Requests_BeyondAnAddressRate_Are429WhateverTheyClaimToBeForwardedFor()
    {
        await using var server = await GridServer.StartAsync(settings: new Dictionary<string, string?> { ["PipelineGridAddressRequestsPerSecond"] = "0.5" });
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 8; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "api/grid/key") { Headers = { { ClientAddress.Forwarded, $"203.0.113.{i}" } } };
            using var response = await server.Http.SendAsync(request);
            statuses.Add(response.StatusCode);
        }
        Assert.Equal(HttpStatusCode.OK, statuses[0]);
        Assert.Equal(HttpStatusCode.TooManyRequests, statuses[^1]);
    }

    [Fact]
    public async Task Registrations_InARow_Are429()
    {
        await using var server = await GridServer.StartAsync(settings: new Dictionary<string, string?> { ["PipelineGridRegistrationsPerMinute"] = "0.2" });
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 4; i++)
        {
            using var response = await server.Http.PostAsJsonAsync("api/grid/volunteers", new VolunteerRequest("ada"), GridJson.Options);
            statuses.Add(response.StatusCode);
        }
        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.Created, HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests], statuses);
    }

    [Fact]
    public async Task Registrations_OfHostsOfManyVolunteers_CountAgainstTheirAddress()
    {
        await using var server = await GridServer.StartAsync(settings: new Dictionary<string, string?> { ["PipelineGridRegistrationsPerMinute"] = "0.5" });
        var joined = 0;
        while (await Record.ExceptionAsync(() => server.JoinAsync()) is null)
            Assert.True(++joined < 5, "There is no end to it.");

        // Each has taken two of the five accounts that an address may make at once.
        Assert.Equal(2, joined);
        Assert.Equal(2, server.Scheduler.Hosts);
    }
}
