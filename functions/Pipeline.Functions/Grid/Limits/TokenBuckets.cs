namespace Pipeline.Grid.Limits;

/// <summary>
/// A token bucket for each of any number of keys, in memory that does not grow with them: a key has one cell in each of two rows, found by
/// a hash that no stranger can foresee, and passes if either cell has tokens. Two keys that share both cells share a bucket, which among
/// thousands of keys is rare and costs them some of their rate; a key that goes beyond its rate never gains by it.
/// </summary>
/// <remarks>A cell is one number: the time at which its bucket would be full again (the generic cell rate algorithm).</remarks>
internal sealed class TokenBuckets
{
    private const int CellsPerRow = 1 << 14;

    private readonly long[] _fullAt = new long[2 * CellsPerRow];
    private readonly TimeProvider _time;
    private readonly long _ticksPerToken;
    private readonly long _ticksOfBurst;

    /// <param name="perSecond">Tokens that a bucket gets a second.</param>
    /// <param name="burst">Tokens that a full bucket has.</param>
    /// <param name="time">The clock.</param>
    public TokenBuckets(double perSecond, double burst, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(perSecond);
        ArgumentOutOfRangeException.ThrowIfLessThan(burst, 1);
        _time = time;
        _ticksPerToken = Math.Max(1, (long)(time.TimestampFrequency / perSecond));
        _ticksOfBurst = (long)(_ticksPerToken * burst);
    }

    /// <summary>Takes a token.</summary>
    /// <returns>Null if there was one; else how long it takes until there is.</returns>
    public TimeSpan? Take(string key)
    {
        // The runtime hashes texts with a seed of each process.
        var hash = (uint)key.GetHashCode(StringComparison.Ordinal);
        var now = _time.GetTimestamp();
        var first = Take(ref _fullAt[hash % CellsPerRow], now);
        var second = Take(ref _fullAt[CellsPerRow + (hash >> 16) % CellsPerRow], now);
        return first == 0 || second == 0 ? null : _time.GetElapsedTime(0, Math.Min(first, second));
    }

    // Ticks to wait; 0 if a token was taken.
    private long Take(ref long cell, long now)
    {
        while (true)
        {
            var seen = Volatile.Read(ref cell);
            var next = Math.Max(seen, now) + _ticksPerToken;
            if (next - now > _ticksOfBurst)
                return next - now - _ticksOfBurst;
            if (Interlocked.CompareExchange(ref cell, next, seen) == seen)
                return 0;
        }
    }
}
