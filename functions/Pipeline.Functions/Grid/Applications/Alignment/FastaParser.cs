using System.Text;

namespace Pipeline.Grid.Applications.Alignment;

/// <summary>Reads FASTA strictly: what is no sequence is refused with its line, for a wrong base is worse than no answer.</summary>
internal static class FastaParser
{
    /// <summary>The longest file, in bytes.</summary>
    public const int MaxBytes = 64 * 1024 * 1024;

    /// <summary>The longest line, in bytes; whole genomes stand in one.</summary>
    public const int MaxLine = 16 * 1024 * 1024;

    /// <summary>The longest name.</summary>
    public const int MaxName = 200;

    private const int MaxSequences = 1_000_000;

    /// <summary>The sequences of a file, in its order.</summary>
    /// <exception cref="InvalidDataException">It is no FASTA of this alphabet, or too large; the message says where.</exception>
    public static List<Sequence> Parse(ReadOnlySpan<byte> text, Alphabet alphabet, string file)
    {
        if (text.Length > MaxBytes)
            throw Wrong(file, $"it has {ByteSize.Format(text.Length)}; at most {ByteSize.Format(MaxBytes)} are read. Split it.");
        var sequences = new List<Sequence>();
        string? name = null;
        var codes = new List<byte>();
        for (var number = 1; !text.IsEmpty; number++)
        {
            var end = text.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            text = end < 0 ? [] : text[(end + 1)..];
            if (line.Length > MaxLine)
                throw Wrong(file, $"line {number} has {ByteSize.Format(line.Length)}; at most {ByteSize.Format(MaxLine)} are read.");
            line = line.TrimEnd("\r \t"u8);
            if (line.IsEmpty)
                continue;
            if (line[0] == '>')
            {
                Close(file, sequences, name, codes);
                name = Name(file, line[1..], number);
                continue;
            }
            if (name is null)
                throw Wrong(file, $"line {number} stands before the first header. A FASTA file begins with a line such as '>name'.");
            for (var column = 0; column < line.Length; column++)
            {
                if (!alphabet.TryCode(line[column], out var code))
                    throw Wrong(file, $"line {number}, column {column + 1}: {Shown(line[column])} is no {alphabet.Name} letter.");
                codes.Add(code);
            }
        }
        Close(file, sequences, name, codes);
        return sequences.Count > 0 ? sequences : throw Wrong(file, "there is no sequence in it.");
    }

    private static void Close(string file, List<Sequence> sequences, string? name, List<byte> codes)
    {
        if (name is null)
            return;
        if (codes.Count == 0)
            throw Wrong(file, $"the sequence '{name}' is empty.");
        if (sequences.Count == MaxSequences)
            throw Wrong(file, $"it has more than {MaxSequences:N0} sequences. Split it.");
        sequences.Add(new Sequence(name, [.. codes]));
        codes.Clear();
    }

    private static string Name(string file, ReadOnlySpan<byte> header, int line)
    {
        header = header.TrimStart(" \t"u8);
        var end = header.IndexOfAny(" \t"u8);
        var word = end < 0 ? header : header[..end];
        if (word.IsEmpty)
            throw Wrong(file, $"the header in line {line} has no name. Write '>name'.");
        if (word.Length > MaxName)
            throw Wrong(file, $"the name in line {line} has {word.Length} characters; {MaxName} are allowed.");
        return !word.ContainsAnyExceptInRange((byte)'!', (byte)'~') ? Encoding.ASCII.GetString(word)
            : throw Wrong(file, $"the name in line {line} has characters other than visible ASCII.");
    }

    private static string Shown(byte letter) => letter is > 32 and < 127 ? $"'{(char)letter}'" : $"the byte 0x{letter:x2}";

    private static InvalidDataException Wrong(string file, string what) => new($"FASTA file '{file}': {what}");
}
