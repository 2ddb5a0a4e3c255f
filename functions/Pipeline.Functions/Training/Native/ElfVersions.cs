using System.Buffers.Binary;
using System.Text;

namespace Pipeline.Training;

/// <summary>The versions of other libraries' symbols that a 64-bit ELF library asks for (<c>.gnu.version_r</c>). The loader refuses a
/// library for a version that is missing, even where no symbol of that version is ever used, unless the entry is marked as weak.</summary>
internal sealed class ElfVersions
{
    private const int DynamicSymbols = 11;
    private const int NeededVersions = 0x6ffffffe;
    private const int SymbolVersions = 0x6fffffff;
    private const ushort Weak = 0x2;
    private const int SymbolSize = 24;

    private readonly byte[] _image;
    private readonly List<Section> _sections = [];

    /// <summary>Reads the section headers.</summary>
    /// <exception cref="InvalidDataException">It is not a 64-bit little-endian ELF file, or a damaged one.</exception>
    public ElfVersions(byte[] image)
    {
        _image = image;
        if (image.Length < 64 || !image.AsSpan(0, 6).SequenceEqual("\u007fELF\u0002\u0001"u8))
            throw new InvalidDataException("This is not a 64-bit little-endian ELF library.");
        var table = (long)BinaryPrimitives.ReadUInt64LittleEndian(Bytes(0x28, 8));
        var size = U16(0x3a);
        var count = U16(0x3c);
        for (var i = 0; i < count; i++)
        {
            var at = table + ((long)i * size);
            _sections.Add(new Section((int)U32(at + 4), (long)BinaryPrimitives.ReadUInt64LittleEndian(Bytes(at + 0x18, 8)), (long)BinaryPrimitives.ReadUInt64LittleEndian(Bytes(at + 0x20, 8)), (int)U32(at + 0x28)));
        }
    }

    /// <summary>The entries, in their order.</summary>
    public IReadOnlyList<Need> Needs()
    {
        var needs = new List<Need>();
        foreach (var section in _sections.Where(s => s.Type == NeededVersions))
        {
            var names = Linked(section);
            long file = section.Offset;
            for (var more = section.Size > 0; more;)
            {
                var version = file + U32(file + 8);
                for (int left = U16(file + 2); left > 0; left--)
                {
                    needs.Add(new Need(Text(names, U32(file + 4)), Text(names, U32(version + 8)), U16(version + 6), (U16(version + 4) & Weak) != 0, version + 4));
                    version += U32(version + 12);
                }
                more = U32(file + 12) != 0;
                file += U32(file + 12);
            }
        }
        return needs;
    }

    /// <summary>The names of the symbols that are bound to a version.</summary>
    public IReadOnlyList<string> SymbolsOf(Need need)
    {
        var versions = _sections.First(s => s.Type == SymbolVersions);
        var symbols = _sections.First(s => s.Type == DynamicSymbols);
        var names = Linked(symbols);
        var found = new List<string>();
        for (var i = 0; i < versions.Size / 2; i++)
        {
            // The highest bit only says that the symbol is hidden.
            if ((U16(versions.Offset + (2 * i)) & 0x7fff) == need.Index)
                found.Add(Text(names, U32(symbols.Offset + ((long)i * SymbolSize))));
        }
        return found;
    }

    /// <summary>The library with these entries marked as weak.</summary>
    public byte[] Weaken(IEnumerable<Need> needs)
    {
        var patched = (byte[])_image.Clone();
        foreach (var need in needs)
        {
            var flags = patched.AsSpan((int)need.FlagsAt, 2);
            BinaryPrimitives.WriteUInt16LittleEndian(flags, (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(flags) | Weak));
        }
        return patched;
    }

    private Section Linked(Section section) => section.Link < _sections.Count ? _sections[section.Link] : throw Damaged();

    private ReadOnlySpan<byte> Bytes(long at, int count) =>
        at >= 0 && at <= _image.Length - count ? _image.AsSpan((int)at, count) : throw Damaged();

    private ushort U16(long at) => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(at, 2));

    private uint U32(long at) => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(at, 4));

    private string Text(Section names, long offset)
    {
        var start = Bytes(names.Offset + offset, 0).Length + (int)(names.Offset + offset);
        var length = _image.AsSpan(start).IndexOf((byte)0);
        return length >= 0 ? Encoding.UTF8.GetString(_image, start, length) : throw Damaged();
    }

    private static InvalidDataException Damaged() => new("The ELF library is damaged: it points outside itself.");

    /// <summary>A version that is asked for.</summary>
    /// <param name="Library">The library that is to have it, for instance <c>libstdc++.so.6</c>.</param>
    /// <param name="Version">The version, for instance <c>GLIBCXX_3.4.32</c>.</param>
    /// <param name="Index">The number by which symbols refer to it.</param>
    /// <param name="IsWeak">Whether the loader puts up with its absence.</param>
    /// <param name="FlagsAt">Where in the file its flags are.</param>
    internal sealed record Need(string Library, string Version, ushort Index, bool IsWeak, long FlagsAt);

    private sealed record Section(int Type, long Offset, long Size, int Link);
}
