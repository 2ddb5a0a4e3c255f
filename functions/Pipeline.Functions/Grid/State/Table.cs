namespace Pipeline.Grid.State;

/// <summary>
/// Immutable rows by key. Every change goes through <see cref="Set"/>, which keeps the table's indexes and, within a transaction, what
/// the row was before: taking a transaction back is setting the old rows again.
/// </summary>
internal sealed class Table<TKey, TRow>(Action<TRow?, TRow?>? changed = null)
    where TKey : notnull
    where TRow : class
{
    private readonly Dictionary<TKey, TRow> _rows = [];
    private Dictionary<TKey, TRow?>? _before;

    public int Count => _rows.Count;

    public IReadOnlyCollection<TRow> Rows => _rows.Values;

    public TRow? Find(TKey key) => _rows.GetValueOrDefault(key);

    /// <summary>Puts a row, or removes it where <paramref name="row"/> is null.</summary>
    public void Set(TKey key, TRow? row)
    {
        var old = Find(key);
        _before?.TryAdd(key, old);
        Put(key, old, row);
    }

    public void Begin() => _before = [];

    public void Commit() => _before = null;

    public void Undo()
    {
        var before = _before ?? [];
        _before = null;
        foreach (var (key, row) in before)
            Put(key, Find(key), row);
    }

    private void Put(TKey key, TRow? old, TRow? row)
    {
        if (row is null)
            _rows.Remove(key);
        else
            _rows[key] = row;
        changed?.Invoke(old, row);
    }
}
