using Pipeline.Jobs;

namespace Pipeline.Streams;

/// <summary>The streams whose rows a model scores. One that is paused counts too: it is to go on with the same version.</summary>
internal sealed class ScoringStreams(DefinitionStore definitions) : IModelUsers
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> FindAsync(string model, int? version, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        foreach (var (name, _) in await definitions.ListAsync(cancellationToken))
        {
            if (await definitions.FindAsync(name, cancellationToken) is { Definition.Model: { } pin } && pin.Model == model && (version is null || pin.Version == version))
                found.Add($"stream '{name}'");
        }
        return found;
    }
}
