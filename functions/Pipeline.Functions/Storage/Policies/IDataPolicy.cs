namespace Pipeline.Storage;

/// <summary>Says which data may be used where.</summary>
public interface IDataPolicy
{
    /// <summary>Makes sure that a use is allowed. The store itself makes sure again, when the data is opened and written.</summary>
    /// <param name="use">What is to be read and written.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DataPolicyException">It is not; the message names the rule.</exception>
    Task EnsureAsync(DataUse use, CancellationToken cancellationToken);
}
