namespace Pipeline.Grid.Limits;

/// <summary>A fixed number of places, of which one key may hold only some.</summary>
internal sealed class Slots(int total, int perKey)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _held = new(StringComparer.Ordinal);
    private int _taken;

    /// <summary>Takes a place; null where there is none for the key. Disposing gives it back.</summary>
    public IDisposable? TryTake(string key)
    {
        lock (_gate)
        {
            var held = _held.GetValueOrDefault(key);
            if (_taken == total || held == perKey)
                return null;
            _taken++;
            _held[key] = held + 1;
            return new Slot(this, key);
        }
    }

    private void Return(string key)
    {
        lock (_gate)
        {
            _taken--;
            if (--_held[key] == 0)
                _held.Remove(key);
        }
    }

    private sealed class Slot(Slots owner, string key) : IDisposable
    {
        private int _returned;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _returned, 1) == 0)
                owner.Return(key);
        }
    }
}
