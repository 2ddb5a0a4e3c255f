namespace Pipeline.Grid.Applications.Alignment;

/// <summary>What is told of a read: its best alignment, or only its name if nothing scores enough. Places count from 1, as in SAM; those
/// of a read on the other strand count in its reverse complement.</summary>
internal sealed record AlignmentRow(
    string Read, string? Reference = null, string? Strand = null, long? Score = null, long? ReferenceStart = null, long? ReferenceEnd = null, long? ReadStart = null, long? ReadEnd = null,
    long? Matches = null, string? Cigar = null)
{
    public static IReadOnlyList<ResultField> Fields { get; } =
    [
        new("read", typeof(string)), new("reference", typeof(string)), new("strand", typeof(string)), new("score", typeof(long)),
        new("reference_start", typeof(long)), new("reference_end", typeof(long)), new("read_start", typeof(long)), new("read_end", typeof(long)),
        new("matches", typeof(long)), new("cigar", typeof(string)),
    ];

    public static AlignmentRow Of(string read, string reference, bool reverse, LocalAlignment alignment) => new(
        read, reference, reverse ? "reverse" : "forward", alignment.Score, alignment.ReferenceStart + 1, alignment.ReferenceEnd + 1,
        alignment.QueryStart + 1, alignment.QueryEnd + 1, alignment.Matches, alignment.Cigar);

    public static AlignmentRow None(string read) => new(read);

    public object?[] Values() => [Read, Reference, Strand, Score, ReferenceStart, ReferenceEnd, ReadStart, ReadEnd, Matches, Cigar];
}
