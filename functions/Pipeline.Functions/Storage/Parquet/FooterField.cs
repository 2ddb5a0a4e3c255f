namespace Pipeline.Storage;

/// <summary>A field of a struct of a footer, and what it may hold.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Its name in parquet.thrift.</param>
/// <param name="Type">Its type on the wire; true stands for both truth values.</param>
internal sealed record FooterField(int Id, string Name, ThriftType Type)
{
    /// <summary>The bit of its number.</summary>
    public uint Bit => 1u << Id;

    /// <summary>Whether every such struct has it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The struct that it holds, or a list of which it holds.</summary>
    public FooterStruct? Structure { get; private init; }

    /// <summary>Of an enumeration the greatest number, all from 0 to which there are; otherwise null.</summary>
    public int? Last { get; private init; }

    /// <summary>Whether its bytes are UTF-8.</summary>
    public bool IsText { get; private init; }

    /// <summary>Why a file that has this field cannot be read, or null if it can.</summary>
    public string? Refusal { get; init; }

    public static FooterField Bool(int id, string name) => new(id, name, ThriftType.True);

    public static FooterField Int8(int id, string name) => new(id, name, ThriftType.Int8);

    public static FooterField Int32(int id, string name) => new(id, name, ThriftType.Int32);

    public static FooterField Int64(int id, string name) => new(id, name, ThriftType.Int64);

    public static FooterField Enum<T>(int id, string name) where T : struct, Enum =>
        new(id, name, ThriftType.Int32) { Last = System.Enum.GetValues<T>().Length - 1 };

    public static FooterField Bytes(int id, string name) => new(id, name, ThriftType.Binary);

    public static FooterField Text(int id, string name) => new(id, name, ThriftType.Binary) { IsText = true };

    public static FooterField Struct(int id, string name, FooterStruct structure) => new(id, name, ThriftType.Struct) { Structure = structure };

    public static FooterField List(int id, string name, FooterStruct elements) => new(id, name, ThriftType.List) { Structure = elements };
}
