using Pipeline.Jobs;

namespace Pipeline.Streams;

/// <summary><c>{ "alert": { "when": "vwap > 100", "name": "dear", "webhook": "https://…", "secretSetting": "NAME" } }</c>: tells of
/// rows that meet a condition.</summary>
internal sealed class AlertSinkKind(AlertStore alerts, WebhookSinkKind webhooks, WebhookClient client) : IStreamSinkKind
{
    public string Field => "alert";

    public IStreamSink? Read(SpecReader reader, StreamSinkContext context)
    {
        if (reader.Section(Field, required: false, about: "Tells of rows that meet a condition; alerts are kept 30 days.") is not { } alert)
        {
            reader.Fault(Field, "An alert is an object with 'when', the condition, and 'name'.");
            return null;
        }

        var name = alert.Text("name", required: true, maxLength: 100, about: "What people call the alert.");
        var when = alert.Text("when", required: true, maxLength: 2_000, about: "A SQL condition on a row of the result.");
        var wantsCall = alert.Has(webhooks.Field);
        var target = wantsCall ? webhooks.Target(alert, webhooks.Field) : null;
        alert.End();
        if (when is not null && context.Result is { } result && Fault(when, result) is { } fault)
        {
            alert.Fault("when", fault);
            return null;
        }

        return name is null || when is null || (wantsCall && target is null)
            ? null
            : new AlertSink(name, new AlertCondition(when), context.Index, alerts, target, client);
    }

    // Specs are read without waiting for anything; this asks the parser in this process alone, for milliseconds.
    private static string? Fault(string when, IReadOnlyList<Sql.ColumnSchema> columns) =>
        Task.Run(() => new AlertCondition(when).FaultAsync(columns, CancellationToken.None)).GetAwaiter().GetResult();
}
