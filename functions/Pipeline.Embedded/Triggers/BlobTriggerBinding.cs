using System.Reflection;
using System.Text;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Embedded.Hosting;
using Pipeline.Storage;

namespace Pipeline.Embedded.Triggers;

/// <summary>A blob function: the paths it listens to, and how the object's content and name reach its parameters.</summary>
internal sealed class BlobTriggerBinding : TriggerBinding
{
    public BlobTriggerBinding(BlobTriggerAttribute attribute, HostSettings settings, string where)
    {
        if (attribute.Connection is { Length: > 0 } connection && connection is not (ObjectStoreFactory.DataAccount or ObjectStoreFactory.HostAccount))
        {
            throw FunctionCatalog.Fault(
                where, $"its blob trigger has the connection '{connection}'; the embedded host listens to the app's own store, {ObjectStoreFactory.DataAccount} or {ObjectStoreFactory.HostAccount}.");
        }

        try
        {
            Pattern = BlobPathPattern.Parse(settings.Resolve(attribute.BlobPath, where));
        }
        catch (FormatException e)
        {
            throw FunctionCatalog.Fault(where, e.Message);
        }
    }

    public BlobPathPattern Pattern { get; }

    public override TriggerKind Kind => TriggerKind.Blob;

    public override string Type => "blobTrigger";

    public override string Detail => Pattern.Text;

    public override string AllowedTypes => "Stream, byte[], ReadOnlyMemory<byte>, BinaryData, string, or a type that JSON can be read into";

    public override ParameterBinder BindTrigger(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (type == typeof(Stream))
        {
            return async context =>
            {
                var content = await OpenAsync(context);
                context.DisposeAtEnd(content);
                return content;
            };
        }

        if (type == typeof(byte[])) return async context => await ReadAsync(context);
        if (type == typeof(ReadOnlyMemory<byte>)) return async context => new ReadOnlyMemory<byte>(await ReadAsync(context));
        if (type == typeof(BinaryData)) return async context => new BinaryData(await ReadAsync(context));
        if (type == typeof(string)) return async context => await ReadTextAsync(context);
        return async context =>
        {
            await using var content = await OpenAsync(context);
            return await JsonSerializer.DeserializeAsync(content, type, JsonSerializerOptions.Web, context.CancellationToken);
        };
    }

    public override ParameterBinder? BindOther(ParameterInfo parameter) =>
        parameter.ParameterType == typeof(string) && Pattern.Names.Contains(parameter.Name, StringComparer.OrdinalIgnoreCase)
            ? context => new ValueTask<object?>(Input(context).Values[parameter.Name!])
            : null;

    public override IReadOnlyDictionary<string, object?> BindingData(EmbeddedFunctionContext context)
    {
        var found = Input(context).Object;
        var data = Input(context).Values.ToDictionary(pair => pair.Key, object? (pair) => pair.Value, StringComparer.OrdinalIgnoreCase);
        data["BlobTrigger"] = $"{found.Container}/{found.Path}";
        data["Properties"] = JsonSerializer.Serialize(new { found.ETag, ContentLength = found.Length, found.LastModified });
        return data;
    }

    private static BlobTriggerInput Input(EmbeddedFunctionContext context) => (BlobTriggerInput)context.TriggerData;

    private static Task<Stream> OpenAsync(EmbeddedFunctionContext context)
    {
        var (found, _, store) = Input(context);
        return store.OpenReadAsync(found.Container, found.Path, context.CancellationToken);
    }

    private static async Task<byte[]> ReadAsync(EmbeddedFunctionContext context)
    {
        await using var content = await OpenAsync(context);
        using var bytes = new MemoryStream();
        await content.CopyToAsync(bytes, context.CancellationToken);
        return bytes.ToArray();
    }

    private static async Task<string> ReadTextAsync(EmbeddedFunctionContext context)
    {
        await using var content = await OpenAsync(context);
        using var reader = new StreamReader(content, Encoding.UTF8);
        return await reader.ReadToEndAsync(context.CancellationToken);
    }
}
