namespace Pipeline.Storage;

/// <summary>What a struct of a footer may hold.</summary>
internal sealed class FooterStruct
{
    private readonly FooterField?[] _fields;

    /// <summary>Describes a struct.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="fields">Those of its fields that are used, of numbers below 32.</param>
    public FooterStruct(string name, params FooterField[] fields)
    {
        Name = name;
        _fields = new FooterField?[fields.Select(f => f.Id).DefaultIfEmpty().Max() + 1];
        foreach (var field in fields) _fields[field.Id] = field;
    }

    /// <summary>Its name in parquet.thrift.</summary>
    public string Name { get; }

    /// <summary>Whether it may have one field at most.</summary>
    public bool IsUnion { get; private init; }

    /// <summary>Describes a union: a struct of one field out of several.</summary>
    public static FooterStruct Union(string name, params FooterField[] fields) => new(name, fields) { IsUnion = true };

    /// <summary>The field of a number, or null for one that is not used.</summary>
    public FooterField? Find(int id) => id < _fields.Length ? _fields[id] : null;

    /// <summary>A field that must be there and is not, or null.</summary>
    /// <param name="seen">The fields that are there, each as the bit of its number.</param>
    public FooterField? Missing(uint seen)
    {
        foreach (var field in _fields)
        {
            if (field is { IsRequired: true } && (seen & field.Bit) == 0) return field;
        }

        return null;
    }
}
