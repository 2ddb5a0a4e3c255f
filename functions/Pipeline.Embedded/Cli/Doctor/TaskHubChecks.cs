using System.Globalization;
using Microsoft.Data.Sqlite;
using Pipeline.Embedded.Durable;
using Pipeline.Embedded.Hosting;

namespace Pipeline.Embedded.Cli.Doctor;

/// <summary>The task hub's file: who has it, and whether it is whole.</summary>
internal static class TaskHubChecks
{
    private const string Area = "task hub";
    private const string Cure = "Put a copy back, or move the file away: jobs are then forgotten, datasets and results stay.";

    public static Finding Look(Patient patient, CancellationToken cancellationToken)
    {
        var file = HostSettings.TaskHubFile(HostSettings.HubNameOf(patient.Configuration));
        var path = Path.Combine(patient.Root, file);
        if (patient.Holder is { } holder)
        {
            var who = holder.ProcessId > 0 ? $"process {holder.ProcessId.ToString(CultureInfo.InvariantCulture)}" : "another process";
            return holder.Url is { } url
                ? Finding.Ok(Area, file, $"{who} works with it, at {url}")
                : Finding.Warning(Area, file, $"{who} works with {patient.Root} at the moment, without serving it to others", "Wait until that verb ends, or name another folder with --root.");
        }
        if (!File.Exists(path))
            return Finding.Ok(Area, file, "made at the first start");
        try
        {
            return Examine(path, file, cancellationToken);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            return Finding.Fault(Area, file, $"{path} cannot be read: {e.Message.ReplaceLineEndings(" ")}", Cure);
        }
    }

    private static Finding Examine(string path, string file, CancellationToken cancellationToken)
    {
        // What a killed process left beside the file belongs to it. SQLite would work it in: on a copy it may.
        if (new FileInfo(path + "-wal") is not { Exists: true, Length: > 0 } log)
            return Examine(path, file, immutable: true, cancellationToken);
        var folder = Directory.CreateTempSubdirectory("pipeline-doctor-").FullName;
        try
        {
            var copy = Path.Combine(folder, file);
            File.Copy(path, copy);
            File.Copy(log.FullName, copy + "-wal");
            return Examine(copy, file, immutable: false, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Finding Examine(string path, string file, bool immutable, CancellationToken cancellationToken)
    {
        // Without 'immutable', even a reader leaves files beside the database.
        var source = immutable ? $"{new Uri(path).AbsoluteUri}?immutable=1" : path;
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = source, Mode = immutable ? SqliteOpenMode.ReadOnly : SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
        connection.Open();
        using var interrupt = cancellationToken.Register(() => SQLitePCL.raw.sqlite3_interrupt(connection.Handle));
        if (Ask(connection, "PRAGMA user_version") is long version && version is not (0 or StoreDatabase.SchemaVersion))
            return Finding.Fault(Area, file, $"it has format {version}; this version reads {StoreDatabase.SchemaVersion}", "Use the version that wrote it, or move the file away to begin with an empty hub.");
        if (Ask(connection, "PRAGMA quick_check(1)") is not "ok" and var damage)
            return Finding.Fault(Area, file, $"it is damaged: {damage?.ToString()?.ReplaceLineEndings(" ")}", Cure);
        var live = Convert.ToInt64(Ask(connection, $"SELECT count(*) FROM instances WHERE status IN {StoreDatabase.LiveStatuses}"), CultureInfo.InvariantCulture);
        return Finding.Ok(Area, file, $"whole, {ByteSize.Format(new FileInfo(path).Length)}{(live > 0 ? $", with {Rendering.Shown.Count(live, "orchestration")} that the next start goes on with" : "")}");
    }

    private static object? Ask(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every text is a constant of this program.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }
}
