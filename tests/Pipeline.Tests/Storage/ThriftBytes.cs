using System.Text;
using Pipeline.Storage;

namespace Pipeline.Tests.Storage;

/// <summary>Makes values of Thrift's compact protocol, right ones and wrong ones, and footers of them.</summary>
internal static class ThriftBytes
{
    public static byte[] Number(long value) => Write(s => s.WriteZigZag(value));

    public static byte[] Text(string value) => [.. Size(Encoding.UTF8.GetByteCount(value)), .. Encoding.UTF8.GetBytes(value)];

    /// <summary>A size as it stands before texts, maps and long lists; it may be a lie.</summary>
    public static byte[] Size(long count)
    {
        List<byte> bytes = [];
        for (; count >= 0x80; count >>= 7) bytes.Add((byte)(count | 0x80));
        return [.. bytes, (byte)count];
    }

    /// <summary>A list or a set.</summary>
    public static byte[] List(ThriftType type, params byte[][] elements) =>
        [(byte)(0xF0 | (int)type), .. Size(elements.Length), .. elements.SelectMany(e => e)];

    public static byte[] Struct(params (int Id, ThriftType Type, byte[] Value)[] fields) => Write(s =>
    {
        var last = 0;
        foreach (var (id, type, value) in fields)
        {
            s.WriteFieldHead(last, id, type);
            s.Write(value);
            last = id;
        }

        s.WriteByte(0);
    });

    /// <summary>A footer with its trailer.</summary>
    public static byte[] Footer(byte[] metadata) => [.. metadata, .. BitConverter.GetBytes(metadata.Length), .. "PAR1"u8];

    /// <summary>The footer of a file of one row group of seven rows, with a column of numbers.</summary>
    /// <param name="extra">More fields for any of its structs.</param>
    public static byte[] SmallFooter(Func<(int, ThriftType, byte[])[]>? extra = null)
    {
        byte[] With(params (int, ThriftType, byte[])[] fields) => Struct([.. fields, .. extra?.Invoke() ?? []]);
        var root = With((4, ThriftType.Binary, Text("root")), (5, ThriftType.Int32, Number(1)));
        var leaf = With((1, ThriftType.Int32, Number(2)), (3, ThriftType.Int32, Number(1)), (4, ThriftType.Binary, Text("id")),
            (10, ThriftType.Struct, Struct((10, ThriftType.Struct, With((1, ThriftType.Int8, [64]), (2, ThriftType.True, []))))));
        var statistics = With((3, ThriftType.Int64, Number(2)), (5, ThriftType.Binary, [8, .. BitConverter.GetBytes(9L)]),
            (6, ThriftType.Binary, [8, .. BitConverter.GetBytes(-9L)]), (7, ThriftType.True, []));
        var data = With((1, ThriftType.Int32, Number(2)), (3, ThriftType.List, List(ThriftType.Binary, Text("id"))), (5, ThriftType.Int64, Number(7)),
            (7, ThriftType.Int64, Number(50)), (9, ThriftType.Int64, Number(4)), (12, ThriftType.Struct, statistics));
        var chunk = With((2, ThriftType.Int64, Number(4)), (3, ThriftType.Struct, data), (4, ThriftType.Int64, Number(60)), (5, ThriftType.Int32, Number(10)));
        var group = With((1, ThriftType.List, List(ThriftType.Struct, chunk)), (2, ThriftType.Int64, Number(50)), (3, ThriftType.Int64, Number(7)));
        return Footer(With((1, ThriftType.Int32, Number(1)), (2, ThriftType.List, List(ThriftType.Struct, root, leaf)),
            (3, ThriftType.Int64, Number(7)), (4, ThriftType.List, List(ThriftType.Struct, group)), (6, ThriftType.Binary, Text("by hand"))));
    }

    private static byte[] Write(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return stream.ToArray();
    }
}
