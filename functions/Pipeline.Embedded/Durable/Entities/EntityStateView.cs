using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;

namespace Pipeline.Embedded.Durable;

/// <summary>The state of an entity during one operation.</summary>
internal sealed class EntityStateView(string? json, DataConverter converter) : TaskEntityState
{
    public string? Json { get; private set; } = json;

    public override bool HasState => Json is not null;

    public override object? GetState(Type type) => converter.Deserialize(Json, type);

    public override void SetState(object? state) => Json = converter.Serialize(state);
}
