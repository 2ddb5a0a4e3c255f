using CsCheck;
using Pipeline.Grid.Applications.Alignment;

namespace Pipeline.Tests.Grid.Applications;

/// <summary>Kernels against the textbook, against published alignments and against each other.</summary>
public class LocalAlignerTests
{
    private static readonly int[] s_widths = [0, 128, 256, 512];

    private static readonly Gen<Scoring> s_scorings = Gen.OneOf(
        Gen.Select(Gen.Int[1, 5], Gen.Int[-5, 0], Gen.Int[0, 7], Gen.Int[1, 4]).Select((match, mismatch, open, extend) => Scoring.Dna(match, mismatch, open, extend)),
        Gen.Select(Gen.OneOf<string>([.. ProteinMatrices.Names.Select(Gen.Const)]), Gen.Int[0, 12], Gen.Int[1, 4]).Select((matrix, open, extend) => Scoring.Protein(matrix, open, extend)));

    /// <summary>The example of Durbin, Eddy, Krogh and Mitchison, Biological Sequence Analysis (1998), chapter 2; and the one that the
    /// encyclopaedias show for DNA.</summary>
    [Theory]
    [InlineData("BLOSUM50", 0, 8, "PAWHEAE", "HEAGAWGHEE", 28, "2=1D2=")]
    [InlineData("dna", 0, 2, "GGTTGACTA", "TGTTACGG", 13, "3=1I2=")]
    public void Align_PublishedExamples_GivesTheirScoresAndAlignments(string matrix, int open, int extend, string query, string reference, int score, string cigar)
    {
        var scoring = matrix == "dna" ? Scoring.Dna(3, -3, open, extend) : Scoring.Protein(matrix, open, extend);
        var (codes, columns) = (scoring.Alphabet.Encode(query), scoring.Alphabet.Encode(reference));
        foreach (var width in s_widths)
        {
            var (best, found) = Run(width, scoring, [codes], columns);
            var alignment = Traceback.Find(scoring, codes, columns, best[0], found[0], CancellationToken.None);
            Assert.Equal((score, cigar), (alignment.Score, alignment.Cigar));
        }
    }

    [Fact]
    public void Align_RandomSequences_IsTheTextbooksAtEveryWidth() => Gen.Select(s_scorings, Gen.Int[1, 70], Gen.Int[1, 60], Gen.Int)
        .Sample((scoring, queries, columns, seed) =>
        {
            var random = new Random(seed);
            var reference = Letters(random, scoring, columns);
            var reads = Enumerable.Range(0, queries).Select(_ => Copy(random, scoring, reference, random.Next(1, 30))).ToArray();
            var expected = reads.Select(read => TextbookAlignment.Best(scoring, read, reference)).ToArray();
            foreach (var width in s_widths)
            {
                var (best, found) = Run(width, scoring, reads, reference);
                Assert.Equal(expected, best.Zip(found));
            }
        }, iter: 25);

    [Fact]
    public void Traceback_RandomSequences_ScoresWhatTheKernelSaid() => Gen.Select(s_scorings, Gen.Int[1, 120], Gen.Int)
        .Sample((scoring, columns, seed) =>
        {
            var random = new Random(seed);
            var reference = Letters(random, scoring, columns);
            var read = Copy(random, scoring, reference, random.Next(1, 80));
            var (best, found) = Run(LocalAligner.Width, scoring, [read], reference);
            if (best[0] == 0)
                return;
            var alignment = Traceback.Find(scoring, read, reference, best[0], found[0], CancellationToken.None);
            Assert.Equal(best[0], TextbookAlignment.Score(scoring, read, reference, alignment));
            Assert.Equal(found[0], alignment.ReferenceEnd);
        }, iter: 150);

    [Fact]
    public void Align_WindowAfterWindow_FindsWhatTheWholeHas() => Gen.Select(s_scorings, Gen.Int[1, 300], Gen.Int[1, 60], Gen.Int)
        .Sample((scoring, columns, step, seed) =>
        {
            var random = new Random(seed);
            var reference = Letters(random, scoring, columns);
            var reads = Enumerable.Range(0, 20).Select(_ => Copy(random, scoring, reference, random.Next(1, 40))).ToArray();
            var whole = Run(LocalAligner.Width, scoring, reads, reference);

            var (best, ends) = (new int[reads.Length], Enumerable.Repeat(-1, reads.Length).ToArray());
            var span = scoring.Span(reads.Max(read => read.Length));
            for (var column = 0; column < columns; column += step)
            {
                var start = Math.Max(0, column - span);
                var found = new int[reads.Length];
                LocalAligner.Run(LocalAligner.Width, scoring, reads, reference.AsSpan(start..Math.Min(columns, column + step)), column - start, best, found, CancellationToken.None);
                for (var i = 0; i < found.Length; i++)
                    ends[i] = found[i] < 0 ? ends[i] : start + found[i];
            }
            Assert.Equal(whole.Best, best);
            Assert.Equal(whole.Found, ends);
        }, iter: 30);

    [Theory]
    [InlineData(253)]
    [InlineData(254)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(1_000)]
    [InlineData(2_000)]
    public void Align_ScoresAroundAByte_AreExactAtEveryWidth(int length)
    {
        var scoring = Scoring.Dna(1, -1, 2, 1);
        var random = new Random(length);
        var reference = PlainLetters(random, scoring, length + 400);
        var reads = Enumerable.Range(0, length > 256 ? 3 : 10).Select(i => i % 3 == 0 ? PlainLetters(random, scoring, length) : reference.AsSpan(i, length).ToArray()).ToArray();
        var expected = Run(0, scoring, reads, reference);
        Assert.Equal(length, expected.Best[1]);
        foreach (var width in s_widths)
        {
            var (best, found) = Run(width, scoring, reads, reference);
            Assert.Equal(expected.Best, best);
            Assert.Equal(expected.Found, found);
        }
    }

    [Fact]
    public void Align_AScoreAlreadyKnown_MustBeBeaten()
    {
        var scoring = Scoring.Dna(2, -3, 5, 2);
        var reference = PlainLetters(new Random(3), scoring, 2_000);
        var reads = new[] { reference[100..400], reference[100..400], reference[100..200], reference[100..200] };
        foreach (var width in s_widths)
        {
            var (best, found) = (new[] { 600, 599, 200, 199 }, new int[4]);
            LocalAligner.Run(width, scoring, reads, reference, 0, best, found, CancellationToken.None);
            Assert.Equal([600, 600, 200, 200], best);
            Assert.Equal([-1, 399, -1, 199], found);
        }
    }

    [Fact]
    public void Align_Cancelled_Stops()
    {
        var scoring = Scoring.Dna(2, -3, 5, 2);
        var reference = Letters(new Random(4), scoring, 2_000);
        foreach (var width in s_widths)
        {
            Assert.Throws<OperationCanceledException>(() =>
                LocalAligner.Run(width, scoring, new[] { reference[..50] }, reference, 0, new int[1], new int[1], new CancellationToken(canceled: true)));
        }
    }

    [Theory]
    [InlineData("BLOSUM62", 'W', 'W', 11)]
    [InlineData("BLOSUM62", 'L', 'I', 2)]
    [InlineData("BLOSUM62", 'D', 'E', 2)]
    [InlineData("BLOSUM50", 'C', 'C', 13)]
    [InlineData("BLOSUM50", 'H', 'Y', 2)]
    [InlineData("PAM250", 'W', 'W', 17)]
    [InlineData("PAM250", 'F', 'Y', 7)]
    [InlineData("PAM250", 'C', 'W', -8)]
    public void Matrix_PublishedFigures_AreInIt(string matrix, char one, char other, int score)
    {
        var scoring = Scoring.Protein(matrix, 11, 1);
        var codes = scoring.Alphabet.Encode($"{one}{other}");
        Assert.Equal(score, scoring.Score(codes[0], codes[1]));
        Assert.Equal(score, scoring.Score(codes[1], codes[0]));
    }

    private static (int[] Best, int[] Found) Run(int width, Scoring scoring, byte[][] reads, byte[] reference)
    {
        var (best, found) = (new int[reads.Length], new int[reads.Length]);
        LocalAligner.Run(width, scoring, reads, reference, 0, best, found, CancellationToken.None);
        return (best, found);
    }

    private static byte[] Letters(Random random, Scoring scoring, int length) => [.. Enumerable.Range(0, length).Select(_ => (byte)random.Next(scoring.Alphabet.Size))];

    private static byte[] PlainLetters(Random random, Scoring scoring, int length) => [.. Enumerable.Range(0, length).Select(_ => (byte)random.Next(scoring.Alphabet.Plain))];

    // A stretch of the reference with errors of every kind, or letters that have nothing to do with it.
    private static byte[] Copy(Random random, Scoring scoring, byte[] reference, int length)
    {
        if (random.Next(4) == 0)
            return Letters(random, scoring, length);
        var copy = new List<byte>();
        for (var at = random.Next(reference.Length); at < reference.Length && copy.Count < length; at++)
        {
            switch (random.Next(12))
            {
                case 0: copy.Add((byte)random.Next(scoring.Alphabet.Size)); break;
                case 1: at += random.Next(4); break;
                case 2: copy.AddRange(Letters(random, scoring, random.Next(1, 4))); break;
                default: copy.Add(reference[at]); break;
            }
        }
        return copy.Count > 0 ? [.. copy] : [reference[0]];
    }
}
