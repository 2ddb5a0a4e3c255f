namespace Pipeline.Streams;

/// <summary>A stream that works on this host: one version of its definition, compiled.</summary>
/// <param name="Definition">The definition.</param>
/// <param name="ETag">Its version.</param>
/// <param name="Compiled">What was made of it.</param>
internal sealed record ActiveStream(StreamDefinition Definition, string ETag, CompiledStream Compiled)
{
    /// <summary>Its name.</summary>
    public string Name => Definition.Name;

    /// <summary>The spec.</summary>
    public StreamSpec Spec => Compiled.Spec;

    /// <summary>The query.</summary>
    public StreamQuery Query => Compiled.Query;

    /// <summary>One of its places.</summary>
    public StreamPlace Place(StreamStage stage, int partition) => new(Name, Definition.Generation, stage, partition);
}
