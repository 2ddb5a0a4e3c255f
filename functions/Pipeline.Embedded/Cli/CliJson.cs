using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Pipeline.Embedded.Cli.Doctor;
using Pipeline.Embedded.Cli.Sending;
using Pipeline.Embedded.Volunteer;
using Pipeline.Jobs;
using Pipeline.Storage;
using Pipeline.Streams;

namespace Pipeline.Embedded.Cli;

/// <summary>How the documents of the HTTP API are read and written here. Generated at compile time, so that a short command does
/// not spend its time on reflection.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(JobAccepted))]
[JsonSerializable(typeof(JobPage))]
[JsonSerializable(typeof(JobView))]
[JsonSerializable(typeof(JobResult))]
[JsonSerializable(typeof(JobPlan))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(DatasetView[]))]
[JsonSerializable(typeof(RootClaim.Holder))]
[JsonSerializable(typeof(CliFault))]
[JsonSerializable(typeof(SendOutcome))]
[JsonSerializable(typeof(StreamList))]
[JsonSerializable(typeof(StreamReport))]
[JsonSerializable(typeof(StreamAlerts))]
[JsonSerializable(typeof(DoctorReport))]
[JsonSerializable(typeof(VolunteerEvent))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(string))]
internal sealed partial class CliJson : JsonSerializerContext
{
    /// <summary>Writes letters beyond ASCII as they are: this goes to a person or a file, not into a web page.</summary>
    public static CliJson Readable => field ??= Make(indented: true);

    /// <summary>The same on one line.</summary>
    public static CliJson Compact => field ??= Make(indented: false);

    private static CliJson Make(bool indented) =>
        new(new JsonSerializerOptions(Default.Options!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = indented });
}
