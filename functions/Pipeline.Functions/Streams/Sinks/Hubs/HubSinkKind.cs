using Pipeline.Jobs;

namespace Pipeline.Streams;

/// <summary><c>{ "hub": "bars", "key": "symbol" }</c>: sends rows to another event hub.</summary>
internal sealed class HubSinkKind(HubSenders senders) : IStreamSinkKind
{
    public string Field => "hub";

    public IStreamSink? Read(SpecReader reader, StreamSinkContext context)
    {
        var hub = reader.Text(Field, required: true, maxLength: 256, about: "An event hub that gets the rows as events.");
        var key = reader.Text("key", maxLength: 200, about: "The column that is the partition key.");
        var idField = reader.Text("idField", maxLength: 200, about: "A field of the event that gets an id, the same whenever the row is sent again.");
        var setting = reader.Text("connectionSetting", maxLength: 200, about: "The app's setting that says how to reach another namespace.");
        var sound = hub is not null;
        if (setting is null && hub is not null && hub.Equals(context.Hub, StringComparison.OrdinalIgnoreCase))
            Fault(Field, "The stream reads this hub: its results would come back as events for ever. Name another.");
        if (setting is not null && senders.Fault(setting) is { } fault)
            Fault("connectionSetting", fault);
        if (context.Result is { } result)
        {
            if (key is not null && !result.Any(c => c.Name.Equals(key, StringComparison.OrdinalIgnoreCase)))
                Fault("key", $"The query's result has no column '{key}'.{NearestName.Hint(key, result.Select(c => c.Name))}");
            if (idField is not null && result.Any(c => c.Name.Equals(idField, StringComparison.OrdinalIgnoreCase)))
                Fault("idField", $"The query's result has a column '{idField}' already. Choose another name.");
        }

        return sound ? new HubSink(hub!, key, idField, senders.Of(setting)) { LeavesBy = setting is null ? null : $"the hub {hub} of {setting}" } : null;

        void Fault(string field, string detail)
        {
            reader.Fault(field, detail);
            sound = false;
        }
    }
}
