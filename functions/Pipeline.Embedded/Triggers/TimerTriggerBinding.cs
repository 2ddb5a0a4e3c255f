using System.Reflection;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Embedded.Hosting;

namespace Pipeline.Embedded.Triggers;

/// <summary>A timer function: its schedule, and the TimerInfo that it may take.</summary>
internal sealed class TimerTriggerBinding : TriggerBinding
{
    private readonly string _text;

    public TimerTriggerBinding(TimerTriggerAttribute attribute, HostSettings settings, string where)
    {
        _text = settings.Resolve(attribute.Schedule, where);
        UseMonitor = attribute.UseMonitor;
        RunOnStartup = attribute.RunOnStartup;
        try
        {
            Schedule = TimerSchedule.Parse(_text);
            IsFrequent = Schedule.IsFrequent;
        }
        catch (FormatException e)
        {
            throw FunctionCatalog.Fault(where, e.Message);
        }
    }

    public TimerSchedule Schedule { get; }

    /// <summary>Whether its status outlives the process, so that a run that was missed is made up for.</summary>
    public bool UseMonitor { get; }

    public bool RunOnStartup { get; }

    public override TriggerKind Kind => TriggerKind.Timer;

    public override bool IsFrequent { get; }

    public override string Type => "timerTrigger";

    public override string Detail => _text;

    public override string AllowedTypes => nameof(TimerInfo);

    public override ParameterBinder? BindTrigger(ParameterInfo parameter) => parameter.ParameterType == typeof(TimerInfo)
        ? context => new ValueTask<object?>(context.TriggerData)
        : null;

    public override IReadOnlyDictionary<string, object?> BindingData(EmbeddedFunctionContext context) =>
        new Dictionary<string, object?> { ["TimerTrigger"] = JsonSerializer.Serialize((TimerInfo)context.TriggerData) };
}
