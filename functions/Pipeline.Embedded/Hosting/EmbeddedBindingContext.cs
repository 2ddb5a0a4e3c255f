using Microsoft.Azure.Functions.Worker;

namespace Pipeline.Embedded.Hosting;

internal sealed class EmbeddedBindingContext(IReadOnlyDictionary<string, object?> data) : BindingContext
{
    public override IReadOnlyDictionary<string, object?> BindingData { get; } = data;
}
