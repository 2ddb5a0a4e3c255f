using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Grid.Applications;

/// <summary>Inputs and checkpoints as JSON, read strictly.</summary>
internal static class UnitJson
{
    private const int MaxBytes = 64 * 1024 * 1024;

    private static readonly JsonSerializerOptions s_options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        MaxDepth = 8,
    };

    public static byte[] Write<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, s_options);

    /// <exception cref="InvalidDataException">The bytes are no such document.</exception>
    public static T Read<T>(ReadOnlySpan<byte> bytes, string what) where T : class
    {
        if (bytes.Length > MaxBytes)
            throw new InvalidDataException($"The {what} has {ByteSize.Format(bytes.Length)}; at most {ByteSize.Format(MaxBytes)} are read.");
        try
        {
            return JsonSerializer.Deserialize<T>(bytes, s_options) ?? throw new InvalidDataException($"The {what} is empty.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The {what} is damaged: {e.Message}", e);
        }
    }
}
