using System.Text;
using System.Text.Json;

namespace Pipeline.Streams;

/// <summary>The fields of a JSON object that a stream reads. Senders write fields mostly in the same order, so the one that followed
/// last time is tried first.</summary>
internal sealed class JsonFieldTree
{
    private readonly List<byte[]> _names = [];
    private readonly List<List<int>> _columns = [];
    private readonly List<JsonFieldTree?> _children = [];
    private int _next;

    /// <summary>Makes the tree of the columns' paths.</summary>
    public static JsonFieldTree Of(IReadOnlyList<IReadOnlyList<string>> paths)
    {
        var root = new JsonFieldTree();
        foreach (var (column, path) in paths.Index())
        {
            var node = root;
            foreach (var (depth, name) in path.Index())
            {
                var field = node.FieldOf(name);
                if (depth == path.Count - 1)
                    node._columns[field].Add(column);
                else
                    node = node._children[field] ??= new JsonFieldTree();
            }
        }
        return root;
    }

    /// <summary>Begins a new object.</summary>
    public void Begin() => _next = 0;

    /// <summary>The field of the name at which a reader stands; -1 where nobody wants it.</summary>
    public int Find(ref Utf8JsonReader reader)
    {
        var next = _next;
        if (next < _names.Count && Is(ref reader, next))
        {
            _next = next + 1;
            return next;
        }
        for (var field = 0; field < _names.Count; field++)
        {
            if (field == next || !Is(ref reader, field))
                continue;
            _next = field + 1;
            return field;
        }
        return -1;
    }

    /// <summary>The columns that hold a field's value.</summary>
    public List<int> Columns(int field) => _columns[field];

    /// <summary>The fields within a field; null where only its whole value is wanted.</summary>
    public JsonFieldTree? Children(int field) => _children[field];

    private bool Is(ref Utf8JsonReader reader, int field) => reader.ValueIsEscaped
        ? reader.ValueTextEquals(_names[field])
        : reader.ValueSpan.SequenceEqual(_names[field]);

    private int FieldOf(string name)
    {
        var utf8 = Encoding.UTF8.GetBytes(name);
        var field = _names.FindIndex(n => n.AsSpan().SequenceEqual(utf8));
        if (field >= 0)
            return field;
        _names.Add(utf8);
        _columns.Add([]);
        _children.Add(null);
        return _names.Count - 1;
    }
}
