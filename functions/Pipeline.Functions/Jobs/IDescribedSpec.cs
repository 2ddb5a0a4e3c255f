namespace Pipeline.Jobs;

/// <summary>A kind of spec besides those of jobs, for its JSON Schema. Kinds of jobs have theirs by being an <see cref="IJobKind"/>.</summary>
public interface IDescribedSpec
{
    /// <summary>The name of the schema, for instance <c>stream</c>.</summary>
    string Kind { get; }

    /// <summary>Asks the reader for everything that such a spec may have, and looks at nothing that it names.</summary>
    /// <param name="reader">Notes what it is asked for.</param>
    void Describe(SpecReader reader);
}
