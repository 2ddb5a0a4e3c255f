using DuckDB.NET.Data;
using Microsoft.Data.Sqlite;
using Pipeline.Training;
using SkiaSharp;

namespace Pipeline.Embedded.Cli.Doctor;

/// <summary>A library that is not .NET, used once to see that it is there and of the right kind.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Use">Does something small with it and says what it is; throws where it cannot.</param>
/// <param name="Needed">What does not work without it.</param>
/// <param name="Level">How bad that is.</param>
internal sealed record NativeLibraryCheck(string Name, Func<string> Use, string Needed, FindingLevel Level)
{
    /// <summary>All that the app has.</summary>
    public static IReadOnlyList<NativeLibraryCheck> All { get; } =
    [
        new("SQLite", UseSqlite, "the task hub, and so everything", FindingLevel.Fault),
        new("DuckDB", UseDuckDb, "jobs and streams with SQL", FindingLevel.Fault),
        new("SkiaSharp", UseSkia, "pictures of trainings and simulations", FindingLevel.Fault),
        // The app says the same when a training is submitted, and does all else.
        new("PyTorch", TorchLibrary.Examine, "training and models", FindingLevel.Warning),
    ];

    private static string UseSqlite()
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        return connection.ServerVersion;
    }

    private static string UseDuckDb()
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "select version()";
        return (string)command.ExecuteScalar()!;
    }

    private static string UseSkia()
    {
        using var canvas = new PictureCanvas(48, 24);
        canvas.Text("Wg", 4, 18);
        using var picture = SKBitmap.Decode(canvas.ToPng());
        return picture.Pixels.Any(pixel => pixel.Red < 128)
            ? $"{typeof(SKBitmap).Assembly.GetName().Version?.ToString(3)}, draws letters with the font it brings along"
            : throw new InvalidOperationException("it draws, but no letters: the font that the app brings along cannot be read");
    }
}
