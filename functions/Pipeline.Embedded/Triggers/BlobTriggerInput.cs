using Pipeline.Storage;

namespace Pipeline.Embedded.Triggers;

/// <summary>The object that set a function off.</summary>
/// <param name="Object">The object, as it was found.</param>
/// <param name="Values">The values of the names in the trigger's path.</param>
/// <param name="Store">Where it is.</param>
internal sealed record BlobTriggerInput(ObjectInfo Object, IReadOnlyDictionary<string, string> Values, IObjectStore Store);
