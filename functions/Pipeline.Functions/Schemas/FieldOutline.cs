using System.Text.Json.Nodes;

namespace Pipeline.Schemas;

/// <summary>A field that a run asked for.</summary>
/// <param name="Required">Whether its absence is a fault.</param>
/// <param name="About">What it means, in a sentence or two; null where the code does not say.</param>
/// <param name="Default">What holds where it is absent; null where nothing does.</param>
internal sealed record FieldOutline(bool Required, string? About, JsonNode? Default)
{
    /// <summary>The schema of a value without parts of its own; null for objects and arrays of objects.</summary>
    public JsonObject? Value { get; init; }

    /// <summary>The object that it holds, or each of the objects of its array.</summary>
    public ObjectOutline? Object { get; init; }

    /// <summary>Whether the object is read as an empty one where it is absent: then it may be so only if it needs no field.</summary>
    public bool EmptyWhereAbsent { get; init; }

    /// <summary>How many objects its array may have; null where it is no array of objects.</summary>
    public int? MostItems { get; init; }

    /// <summary>The field of the object that a text or number in the object's place stands for.</summary>
    public string? Shorthand { get; init; }

    /// <summary>The name of the object's definition, where objects of this sort hold others of it.</summary>
    public string? Definition { get; init; }
}
