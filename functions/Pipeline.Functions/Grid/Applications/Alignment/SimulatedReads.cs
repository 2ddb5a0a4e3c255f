using System.Globalization;

namespace Pipeline.Grid.Applications.Alignment;

/// <summary>Reads as a sequencing machine would give them: copies of random places of the reference, with errors, and of DNA half of them
/// from the other strand. A read's number and the seed give the read, so any range of them can be made anywhere.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Length">How many letters of the reference a read copies.</param>
/// <param name="Substitutions">The share of letters that are read as another, 0 to 1.</param>
/// <param name="Insertions">How many letters are read that are not there, for each that is.</param>
/// <param name="Deletions">The share of letters that are passed over.</param>
internal sealed record SimulatedReads(long Seed, int Length, double Substitutions, double Insertions, double Deletions)
{
    /// <summary>A read. Its name says where it comes from: number, sequence, place (from 1) and strand.</summary>
    public Sequence Make(IReadOnlyList<Sequence> reference, Alphabet alphabet, long number)
    {
        var random = new SplitMix(Seed, number);
        var (source, start) = Place(reference, ref random);
        var length = Math.Min(Length, source.Codes.Length);
        var reverse = alphabet == Alphabet.Dna && random.Below(2) == 1;
        var codes = new List<byte>(length + 16);
        foreach (var code in source.Codes.AsSpan(start, length))
        {
            while (random.Uniform() < Insertions && codes.Count < 2 * length)
                codes.Add((byte)random.Below(alphabet.Plain));
            if (random.Uniform() < Deletions)
                continue;
            // One of the others, each as likely.
            codes.Add(random.Uniform() >= Substitutions || code >= alphabet.Plain ? code : (byte)((code + 1 + random.Below(alphabet.Plain - 1)) % alphabet.Plain));
        }
        if (codes.Count == 0)
            codes.Add(source.Codes[start]);
        var read = codes.ToArray();
        return new Sequence(string.Create(CultureInfo.InvariantCulture, $"read-{number}/{Short(source.Name)}/{start + 1}/{(reverse ? '-' : '+')}"),
            reverse ? Alphabet.ReverseComplement(read) : read);
    }

    // Every place where a whole read fits is as likely; sequences that are shorter count as one place.
    private (Sequence Source, int Start) Place(IReadOnlyList<Sequence> reference, ref SplitMix random)
    {
        var places = 0;
        foreach (var sequence in reference)
            places += Math.Max(1, sequence.Codes.Length - Length + 1);
        var place = random.Below(places);
        foreach (var sequence in reference)
        {
            var here = Math.Max(1, sequence.Codes.Length - Length + 1);
            if (place < here)
                return (sequence, place);
            place -= here;
        }
        throw new InvalidOperationException("There is no reference.");
    }

    private static string Short(string name) => name.Length <= 60 ? name : name[..60];
}
