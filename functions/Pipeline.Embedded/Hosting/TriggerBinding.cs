using System.Collections.Immutable;
using System.Reflection;

namespace Pipeline.Embedded.Hosting;

/// <summary>What a trigger's attribute says, and how its data reach the function's parameters.</summary>
internal abstract class TriggerBinding
{
    public abstract TriggerKind Kind { get; }

    /// <summary>The name by which the trigger knows the function, where it is not the function's own.</summary>
    public virtual string? FunctionName => null;

    /// <summary>Why the trigger cannot set its function off, which is then listed as disabled; null where it can.</summary>
    public virtual string? Disabled => null;

    /// <summary>Whether it sets the function off so often that each time is worth a log line only to those who ask for every one.</summary>
    public virtual bool IsFrequent => false;

    /// <summary>The trigger as lists show it: methods and route, blob path, schedule.</summary>
    public virtual string Detail => "";

    /// <summary>The trigger's name as binding metadata give it, for instance <c>httpTrigger</c>.</summary>
    public abstract string Type { get; }

    /// <summary>What the trigger's own parameter may be, for the text of an error.</summary>
    public abstract string AllowedTypes { get; }

    /// <summary>Whether the function may have a [DurableClient] parameter.</summary>
    public virtual bool AllowsDurableClient => true;

    /// <summary>The binder of the parameter that carries the attribute; null if its type is not one that it can have.</summary>
    public abstract ParameterBinder? BindTrigger(ParameterInfo parameter);

    /// <summary>The binder of another parameter, by its name or attributes; null if the trigger has nothing for it.</summary>
    public virtual ParameterBinder? BindOther(ParameterInfo parameter) => null;

    /// <summary>What FunctionContext.BindingContext shows.</summary>
    public virtual IReadOnlyDictionary<string, object?> BindingData(EmbeddedFunctionContext context) =>
        ImmutableDictionary<string, object?>.Empty;
}
