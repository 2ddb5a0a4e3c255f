using System.Text;
using Pipeline.Governance;
using Pipeline.Storage;

namespace Pipeline.Tests.Governance;

/// <summary>The audit log only grows, and shows where it was touched.</summary>
public sealed class AuditLogTests : IDisposable
{
    private readonly GovernedBed _app = new("westeurope");

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task Append_ManyRecords_AreReadNewestFirstInPages()
    {
        await AppendAsync(_app.Audit, 25);

        var first = await _app.Audit.ReadAsync(10, null, default);
        var second = await _app.Audit.ReadAsync(10, first.Before, default);
        var third = await _app.Audit.ReadAsync(10, second.Before, default);

        Assert.Equal(Enumerable.Range(1, 25).Reverse().Select(i => (long)i), first.Records.Concat(second.Records).Concat(third.Records).Select(r => r.Number));
        Assert.All([first, second, third], page => Assert.Null(page.Broken));
        Assert.Null(third.Before);
    }

    [Fact]
    public async Task Append_SeveralInstancesAtOnce_LoseNothingAndChainWhole()
    {
        using var other = new GovernedBed("westeurope", _app);

        await Task.WhenAll(AppendAsync(_app.Audit, 30), AppendAsync(other.Audit, 30), AppendAsync(other.Audit, 30));

        var page = await _app.Audit.ReadAsync(1_000, null, default);
        Assert.Equal(90, page.Records.Count);
        Assert.Null(page.Broken);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1)]
    public async Task Read_ARecordThatWasChanged_IsShownAsBroken(int number)
    {
        await AppendAsync(_app.Audit, 5);
        var path = $"log/{number:D12}.json";
        var text = Encoding.UTF8.GetString(await _app.Inner.ReadAllAsync("audit", path, default));
        await _app.Inner.WriteAsync("audit", path, new MemoryStream(Encoding.UTF8.GetBytes(text.Replace("somebody", "another", StringComparison.Ordinal))), WriteCondition.None, default);

        Assert.Equal(number, (await _app.Audit.ReadAsync(100, null, default)).Broken);
    }

    [Fact]
    public async Task Read_AChangedRecordBehindThePage_IsShownAsBroken()
    {
        await AppendAsync(_app.Audit, 5);
        await _app.Inner.WriteAsync("audit", "log/000000000003.json", new MemoryStream("{}"u8.ToArray()), WriteCondition.None, default);

        Assert.Equal(3, (await _app.Audit.ReadAsync(2, null, default)).Broken);
    }

    [Fact]
    public async Task Store_WhatWouldChangeTheLog_IsRefused()
    {
        await AppendAsync(_app.Audit, 1);

        await Assert.ThrowsAsync<InvalidOperationException>(() => _app.Store.WriteAsync("audit", "log/000000000001.json", Stream.Null, WriteCondition.None, default));
        await Assert.ThrowsAsync<InvalidOperationException>(() => _app.Store.WriteAsync("audit", "log/000000000002.json", Stream.Null, WriteCondition.IfAbsent, default));
        await Assert.ThrowsAsync<InvalidOperationException>(() => _app.Store.DeleteAsync("audit", "log/000000000001.json", default));
        Assert.Null((await _app.Audit.ReadAsync(100, null, default)).Broken);
    }

    private static async Task AppendAsync(AuditLog log, int count)
    {
        for (var i = 0; i < count; i++)
            await log.AppendAsync(new AuditEntry("somebody", $"job {i}", "admit", true, null, ["datasets/a"], "allowed"), default);
    }
}
