namespace Pipeline.Grid.Applications;

/// <summary>Compares two results of one work unit.</summary>
public interface IResultValidator
{
    /// <summary>Whether two results say the same. It is reflexive and symmetric.</summary>
    bool Agree(ReadOnlyMemory<byte> one, ReadOnlyMemory<byte> other);
}
