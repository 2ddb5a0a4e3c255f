using Microsoft.Extensions.Time.Testing;
using Pipeline.Jobs;

namespace Pipeline.Tests.Jobs;

/// <summary>What tasks keep in memory: lent to one at a time, and no more than there is room for.</summary>
public sealed class WarmStatesTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Take_WhatWasKept_IsGivenOnce()
    {
        using var states = new WarmStates<State>(_time);
        var state = new State();
        states.Keep("job/run/0", state, 1);

        Assert.Null(states.Take("job/run/1"));
        Assert.Same(state, states.Take("job/run/0"));
        Assert.Null(states.Take("job/run/0"));
        Assert.False(state.IsDisposed);
    }

    [Fact]
    public void Keep_TheSameTwice_KeepsTheLater()
    {
        using var states = new WarmStates<State>(_time);
        var (first, second) = (new State(), new State());

        states.Keep("a", first, 1);
        states.Keep("a", second, 1);

        Assert.True(first.IsDisposed);
        Assert.Same(second, states.Take("a"));
        Assert.Null(states.Take("a"));
    }

    [Fact]
    public void Keep_MoreThanThereIsRoomFor_DropsWhatWasUsedLongestAgo()
    {
        using var states = new WarmStates<State>(_time, mostBytes: 10);
        var kept = Enumerable.Range(0, 3).Select(_ => new State()).ToList();

        for (var i = 0; i < 3; i++)
            states.Keep($"{i}", kept[i], 4);
        Assert.Equal([true, false, false], kept.Select(s => s.IsDisposed));
        var huge = new State();
        states.Keep("huge", huge, 11);

        Assert.Equal([true, true, true], kept.Select(s => s.IsDisposed));
        Assert.True(huge.IsDisposed);
    }

    [Fact]
    public void Keep_LongAfterAnother_DropsThat()
    {
        using var states = new WarmStates<State>(_time);
        var old = new State();
        states.Keep("old", old, 1);

        _time.Advance(WarmStates<State>.Idle);
        states.Keep("new", new State(), 1);
        Assert.False(old.IsDisposed);
        _time.Advance(TimeSpan.FromSeconds(1));
        states.Keep("newer", new State(), 1);

        Assert.True(old.IsDisposed);
        Assert.NotNull(states.Take("new"));
    }

    [Fact]
    public void Clear_OfARun_LeavesOthers()
    {
        var states = new WarmStates<State>(_time);
        var (of, other, late) = (new State(), new State(), new State());
        states.Keep("job/run/0", of, 1);
        states.Keep("job/other/0", other, 1);

        states.Clear("job/run/");
        Assert.Equal((true, false), (of.IsDisposed, other.IsDisposed));
        states.Dispose();
        states.Keep("job/other/1", late, 1); // A task that ends after all.

        Assert.Equal((true, true), (other.IsDisposed, late.IsDisposed));
    }

    private sealed class State : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
