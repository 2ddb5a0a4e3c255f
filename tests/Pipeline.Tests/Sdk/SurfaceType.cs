namespace Pipeline.Tests.Sdk;

/// <summary>One public type in the notation of official-surface.md.</summary>
/// <param name="Name">Full name with type parameters, as in <c>Microsoft.DurableTask.Page&lt;T&gt;</c>.</param>
/// <param name="Kind">Modifiers and kind, as in <c>abstract class</c>.</param>
/// <param name="Base">Simple name of the base type, empty where there is none but Object, ValueType or Enum.</param>
/// <param name="Usage">The targets of an attribute, inherited ones included; empty for other types.</param>
/// <param name="Members">One line a member; for an enum one <c>Name = value</c> each.</param>
internal sealed record SurfaceType(string Name, string Kind, string Base, string Usage, IReadOnlyList<string> Members);
