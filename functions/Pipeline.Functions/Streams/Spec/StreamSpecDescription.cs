using Pipeline.Jobs;

namespace Pipeline.Streams;

/// <summary>Describes the specs of streams.</summary>
internal sealed class StreamSpecDescription(StreamCompiler compiler) : IDescribedSpec
{
    public string Kind => "stream";

    public void Describe(SpecReader reader) => compiler.Describe(reader);
}
