namespace Pipeline.Tests.Cli;

/// <summary>Documents of the HTTP API as an app writes them: camel case, nulls left out.</summary>
internal static class Json
{
    public const string Accepted = """{"id":"j1","kind":"batch","statusQueryGetUri":"http://app/status"}""";

    public const string Spec = """{"kind":"batch","name":"flights-by-month","tables":{"flights":"flights"},"query":"select 1"}""";

    public const string Result = """
        {"columns":[{"name":"month","type":"VARCHAR"},{"name":"flights","type":"BIGINT"}],
         "rows":[["2001-01",476311],["2001-02",null]],"rowCount":2,"files":["results/j1/part-0.parquet"]}
        """;

    public static string Job(string status = "Running", string more = "") =>
        $$"""{"id":"j1","kind":"batch","name":"flights-by-month","status":"{{status}}","createdAt":"2026-03-01T10:00:00+00:00","updatedAt":"2026-03-01T10:00:01.5+00:00"{{more}}}""";

    public static string Progress(string stage, int number, int done, int total, long bytes = 0) =>
        $$""","progress":{"stage":"{{stage}}","stageNumber":{{number}},"stages":2,"tasksDone":{{done}},"tasksTotal":{{total}},"rowsRead":0,"bytesRead":{{bytes}}}""";

    public static string Completed { get; } = Job("Completed", Progress("merge", 2, 9, 9, 14_155_776) +
        ""","output":{"container":"results","files":["j1/part-0.parquet"],"fileCount":1,"rows":2,"bytes":512,"statistics":{"bytesRead":14155776}}""");

    public static string Failed { get; } = Job("Failed",
        ""","error":{"message":"A row group is cut short.","task":"scan/3","blob":"datasets/flights/part-3.parquet","advice":"Upload the file again."}""");
}
