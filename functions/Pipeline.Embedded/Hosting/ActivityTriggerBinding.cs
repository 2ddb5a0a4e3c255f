using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Converters;

namespace Pipeline.Embedded.Hosting;

/// <summary>An activity: the trigger's parameter is the input, and a parameter <c>string instanceId</c> the caller's id.</summary>
internal sealed class ActivityTriggerBinding(ActivityTriggerAttribute attribute) : TriggerBinding
{
    private const string InstanceId = "instanceId";

    public override TriggerKind Kind => TriggerKind.Activity;

    public override string? FunctionName => attribute.Activity;

    public override string Type => "activityTrigger";

    public override string AllowedTypes => "any type that JSON can be read into";

    public override bool AllowsDurableClient => false;

    public override ParameterBinder BindTrigger(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        var name = parameter.Name;
        var nullable = !type.IsValueType || Nullable.GetUnderlyingType(type) is not null;
        return context =>
        {
            var json = ((ActivityInput)context.TriggerData).Json;
            object? value;
            try
            {
                value = JsonDataConverter.Default.Deserialize(json, type);
            }
            catch (Exception e) when (e is System.Text.Json.JsonException or NotSupportedException or FormatException)
            {
                throw Unbound(context, $"could not be read from its input: {e.Message}", e);
            }

            return value is not null || nullable
                ? new ValueTask<object?>(value)
                : throw Unbound(context, "cannot be null, but no input was given.", null);
        };

        InvalidOperationException Unbound(EmbeddedFunctionContext context, string what, Exception? cause) =>
            new($"The parameter '{name}' ({type.Name}) of activity '{context.Function.Name}' {what}", cause);
    }

    public override ParameterBinder? BindOther(ParameterInfo parameter) =>
        parameter.ParameterType == typeof(string) && InstanceId.Equals(parameter.Name, StringComparison.OrdinalIgnoreCase)
            ? context => new ValueTask<object?>(((ActivityInput)context.TriggerData).InstanceId)
            : null;

    public override IReadOnlyDictionary<string, object?> BindingData(EmbeddedFunctionContext context) =>
        new Dictionary<string, object?> { [InstanceId] = ((ActivityInput)context.TriggerData).InstanceId };
}
