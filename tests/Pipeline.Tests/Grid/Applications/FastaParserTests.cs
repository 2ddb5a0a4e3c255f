using System.Text;
using Pipeline.Grid.Applications.Alignment;

namespace Pipeline.Tests.Grid.Applications;

/// <summary>What is read as FASTA, and what is refused with its place.</summary>
public class FastaParserTests
{
    [Fact]
    public void Parse_SeveralSequences_KeepsNamesAndLetters()
    {
        var sequences = Parse(">one and more words\r\nACGT\r\nacgun\r\n\r\n>two\nRYSWKMBDHVN");

        Assert.Equal(["one", "two"], sequences.Select(s => s.Name));
        Assert.Equal(["ACGTACGTN", "NNNNNNNNNNN"], sequences.Select(s => Alphabet.Dna.Decode(s.Codes)));
    }

    [Fact]
    public void Parse_Protein_ReadsRareAminoAcidsAsAny() => Assert.Equal("ARNDCQEGHILKMFPSTWYVBZX*XXX",
        Alphabet.Protein.Decode(FastaParser.Parse(">p\nARNDCQEGHILKMFPSTWYVBZX*JOU"u8, Alphabet.Protein, "p.fasta")[0].Codes));

    [Theory]
    [InlineData("", "there is no sequence")]
    [InlineData("ACGT\n", "line 1 stands before the first header")]
    [InlineData(">a\nAC1T\n", "line 2, column 3: '1' is no DNA letter")]
    [InlineData(">a\nACGT\n\nAC T\n", "line 4, column 3: the byte 0x20 is no DNA letter")]
    [InlineData(">a\nACGTE\n", "'E' is no DNA letter")]
    [InlineData(">a\n>b\nACGT\n", "the sequence 'a' is empty")]
    [InlineData(">a\n", "the sequence 'a' is empty")]
    [InlineData("> \nACGT\n", "the header in line 1 has no name")]
    [InlineData(">na\u00EFve\nACGT\n", "visible ASCII")]
    public void Parse_WhatIsNoFasta_IsRefusedWithItsPlace(string text, string part) =>
        Assert.Contains(part, Assert.Throws<InvalidDataException>(() => Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_ANameTooLong_IsRefused() =>
        Assert.Contains("201 characters", Assert.Throws<InvalidDataException>(() => Parse(">" + new string('n', 201) + "\nA")).Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_ALineTooLong_IsRefused()
    {
        var text = new byte[FastaParser.MaxLine + 10];
        Array.Fill(text, (byte)'A');
        ">a\n"u8.CopyTo(text);
        Assert.Contains("line 2", Assert.Throws<InvalidDataException>(() => FastaParser.Parse(text, Alphabet.Dna, "x")).Message, StringComparison.Ordinal);
    }

    private static List<Sequence> Parse(string text) => FastaParser.Parse(Encoding.UTF8.GetBytes(text), Alphabet.Dna, "x.fasta");
}
