namespace Pipeline.Grid.Applications;

/// <summary>Results agree if they are the same bytes.</summary>
public sealed class ExactValidator : IResultValidator
{
    /// <inheritdoc/>
    public bool Agree(ReadOnlyMemory<byte> one, ReadOnlyMemory<byte> other) => one.Span.SequenceEqual(other.Span);
}
