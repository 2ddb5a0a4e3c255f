using System.Text;

namespace Pipeline.Grid.Applications.Alignment;

/// <summary>The letters of sequences, and the small numbers that stand for them in the kernels.</summary>
internal sealed class Alphabet
{
    private const byte None = 255;
    private readonly byte[] _codes = new byte[256];
    private readonly string _letters;

    private Alphabet(string name, string letters, string others, Func<char, char> standsFor)
    {
        (Name, _letters) = (name, letters);
        Array.Fill(_codes, None);
        foreach (var letter in letters.Concat(others))
        {
            var code = (byte)letters.IndexOf(standsFor(letter), StringComparison.Ordinal);
            _codes[letter] = _codes[char.ToLowerInvariant(letter)] = code;
        }
    }

    /// <summary>Four bases, and N for the codes of IUPAC that stand for several. U is read as T.</summary>
    public static Alphabet Dna { get; } = new("DNA", "ACGTN", "URYSWKMBDHV", letter => letter == 'U' ? 'T' : "ACGTN".Contains(letter, StringComparison.Ordinal) ? letter : 'N');

    /// <summary>Twenty amino acids, B and Z for two each, X for any, and the stop *. J, O and U, rare ones, are read as X.</summary>
    public static Alphabet Protein { get; } = new("protein", "ARNDCQEGHILKMFPSTWYVBZX*", "JOU", letter => letter is 'J' or 'O' or 'U' ? 'X' : letter);

    public string Name { get; }

    /// <summary>How many codes there are; they count from 0.</summary>
    public int Size => _letters.Length;

    /// <summary>How many of the codes, from 0 on, are single bases or amino acids.</summary>
    public int Plain => this == Dna ? 4 : 20;

    /// <summary>The code of a letter, in either case; false for characters that are none.</summary>
    public bool TryCode(byte letter, out byte code) => (code = _codes[letter]) != None;

    /// <summary>The codes of a text, all of whose characters must be letters of the alphabet.</summary>
    /// <exception cref="InvalidDataException">A character is not.</exception>
    public byte[] Encode(string text)
    {
        var codes = new byte[text.Length];
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] > 127 || !TryCode((byte)text[i], out codes[i]))
                throw new InvalidDataException($"Character {i + 1} of a {Name} sequence is '{text[i]}', which is no {Name} letter.");
        }
        return codes;
    }

    /// <summary>The letters of codes.</summary>
    public string Decode(ReadOnlySpan<byte> codes)
    {
        var text = new StringBuilder(codes.Length);
        foreach (var code in codes)
            text.Append(_letters[code]);
        return text.ToString();
    }

    /// <summary>The other strand of DNA, read in its own direction.</summary>
    public static byte[] ReverseComplement(ReadOnlySpan<byte> codes)
    {
        var other = new byte[codes.Length];
        for (var i = 0; i < codes.Length; i++)
            other[codes.Length - 1 - i] = codes[i] < 4 ? (byte)(3 - codes[i]) : codes[i];
        return other;
    }
}
