namespace Microsoft.Azure.Functions.Worker.Converters;

/// <summary>The base class of FromBodyAttribute; converters of one's own are not part of what the app uses.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Interface | AttributeTargets.Parameter)]
public class InputConverterAttribute : Attribute
{
    private protected InputConverterAttribute()
    {
    }
}
