using Pipeline.Jobs;

namespace Pipeline.Streams;

/// <summary>A kind of sink. Kinds are registered with dependency injection; a spec's sink is of the kind whose <see cref="Field"/> it has.</summary>
public interface IStreamSinkKind
{
    /// <summary>The field of the spec that names the kind and its target, for instance <c>dataset</c>.</summary>
    string Field { get; }

    /// <summary>Reads one sink's fields and makes the sink; opens nothing yet. Called to check a spec, and again when a host starts the stream.</summary>
    /// <param name="reader">The sink's object. Faults go here; the caller calls <see cref="SpecReader.End"/>.</param>
    /// <param name="context">The stream that it belongs to.</param>
    /// <returns>The sink; null where there are faults.</returns>
    IStreamSink? Read(SpecReader reader, StreamSinkContext context);
}
