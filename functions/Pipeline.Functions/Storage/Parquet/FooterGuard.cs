using System.Buffers.Binary;
using System.Numerics;
using System.Text.Unicode;

namespace Pipeline.Storage;

/// <summary>
/// Stands between a footer, which may be damaged or hostile, and Parquet.Net: checks the footer against <see cref="FooterStructure"/>
/// and copies of it what that names, so that Parquet.Net reads nothing that was not checked.
/// </summary>
/// <remarks>
/// Parquet.Net 6.1 takes the end of the bytes for a number that never ends, makes room for as many elements as a list claims, follows
/// the schema's nesting down to the end of the stack, and reads what is inside structs that it does not know as if it were beside
/// them. Copying only what is known, and checked, makes all of that harmless, and spares it the parts of no use here.
/// </remarks>
internal ref struct FooterGuard
{
    private const int MostSchemaElements = 100_000;

    // A real footer of this many is about as long as the longest that is read; in memory each takes many times its bytes.
    private const int MostElements = 1_000_000;

    private const int DeepestSchema = 64;

    private readonly ReadOnlySpan<byte> _footer;
    private readonly MemoryStream _copy;

    // Of each element that encloses the next one in the schema, how many children are yet to come.
    private readonly Stack<int> _enclosing = new();

    private ThriftCompactReader _reader;
    private int _elements;
    private int _children;

    private FooterGuard(ReadOnlySpan<byte> footer, MemoryStream copy)
    {
        _footer = footer;
        _copy = copy;
        _reader = new ThriftCompactReader(footer);
    }

    /// <summary>Checks a footer.</summary>
    /// <param name="footer">The footer without its trailer.</param>
    /// <returns>A file of nothing but the checked parts of the footer, from its beginning.</returns>
    /// <exception cref="InvalidDataException">The footer is damaged.</exception>
    /// <exception cref="NotSupportedException">It is the footer of an encrypted file.</exception>
    public static MemoryStream Check(ReadOnlySpan<byte> footer)
    {
        var copy = new MemoryStream(footer.Length + 4 + FooterParser.TrailerLength);
        copy.Write("PAR1"u8);
        new FooterGuard(footer, copy).CopyStruct(FooterStructure.FileMetaData);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, (int)copy.Length - 4);
        copy.Write(length);
        copy.Write("PAR1"u8);
        copy.Position = 0;
        return copy;
    }

    private void CopyStruct(FooterStruct structure)
    {
        uint seen = 0;
        var last = 0;
        _reader.BeginStruct();
        for (var id = 0; _reader.NextField(ref id, out var type);)
        {
            if (structure.Find(id) is not { } field)
            {
                _reader.Skip(type);
                continue;
            }

            if (field.Refusal is { } refusal) throw new NotSupportedException(refusal);
            if ((seen & field.Bit) != 0) throw _reader.Malformed($"a {structure.Name} has two {field.Name}");
            seen |= field.Bit;
            _copy.WriteFieldHead(last, id, type);
            last = id;
            CopyValue(field, type);
        }

        _copy.WriteByte((byte)ThriftType.Stop);
        if (structure.Missing(seen) is { } missing) throw _reader.Malformed($"a {structure.Name} has no {missing.Name}");
        if (structure.IsUnion && BitOperations.PopCount(seen) > 1) throw _reader.Malformed($"a {structure.Name} is two things at once");
    }

    private void CopyValue(FooterField field, ThriftType type)
    {
        _reader.Expect(type == ThriftType.False ? ThriftType.True : type, field.Type);
        switch (field.Type)
        {
            case ThriftType.Struct:
                CopyStruct(field.Structure!);
                return;
            case ThriftType.List:
                CopyList(field);
                return;
        }

        var start = _reader.Position;
        switch (field.Type)
        {
            case ThriftType.Int32:
                Check(field, _reader.ReadInt32());
                break;
            case ThriftType.Binary:
                var bytes = _reader.ReadBinary();
                if (field.IsText && !Utf8.IsValid(bytes)) throw _reader.Malformed($"a {field.Name} is not UTF-8");
                break;
            default:
                _reader.Skip(type);
                break;
        }

        _copy.Write(_footer[start.._reader.Position]);
    }

    private void Check(FooterField field, int value)
    {
        if (field.Last is { } last && (value < 0 || value > last)) throw _reader.Malformed($"there is no {field.Name} {value}");
        if (ReferenceEquals(field, FooterStructure.NumChildren)) _children = value;
    }

    private void CopyList(FooterField field)
    {
        var isSchema = ReferenceEquals(field, FooterStructure.Schema);
        var count = _reader.ReadListOf(ThriftType.Struct);
        if (isSchema && count is 0 or > MostSchemaElements) throw new InvalidDataException($"its schema has {count} elements");
        _elements += count;
        if (_elements > MostElements) throw new InvalidDataException($"its footer has more than the {MostElements} elements that are read");
        _copy.WriteListHead(count);
        for (var i = 0; i < count; i++)
        {
            _children = 0;
            CopyStruct(field.Structure!);
            if (isSchema) AddToSchema(isRoot: i == 0);
        }

        if (isSchema && _enclosing.Count > 0) throw new InvalidDataException("its schema ends too early");
    }

    private void AddToSchema(bool isRoot)
    {
        if (_children < 0) throw new InvalidDataException($"its schema has an element of {_children} children");
        if (!isRoot && _enclosing.Count == 0) throw new InvalidDataException("its schema has elements that belong to no column");
        if (_children > 0)
        {
            _enclosing.Push(_children);
            if (_enclosing.Count > DeepestSchema) throw new InvalidDataException("its schema is nested too deep");
            return;
        }

        // A leaf, and with it each group that it completes, is a child less to come.
        while (_enclosing.TryPop(out var toCome))
        {
            if (toCome == 1) continue;
            _enclosing.Push(toCome - 1);
            break;
        }
    }
}
