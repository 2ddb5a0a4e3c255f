using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Pipeline.Benchmarks.Measuring;

/// <summary>
/// Runs a measurement in a fresh process, so that neither the memory nor the warm code of one shows in another. The child's last line
/// is a JSON object of figures.
/// </summary>
internal static class ChildProcess
{
    public const string Verb = "--measure";

    public static Task<IReadOnlyDictionary<string, double>> MeasureAsync(string measurement, CancellationToken cancellationToken, params int[] arguments) =>
        MeasureAsync(measurement, [.. arguments.Select(count => count.ToString(CultureInfo.InvariantCulture))], cancellationToken);

    public static async Task<IReadOnlyDictionary<string, double>> MeasureAsync(string measurement, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var start = Start(Environment.ProcessPath!);
        // `dotnet Pipeline.Benchmarks.dll` rather than the program that the build made beside it.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(ChildProcess).Assembly.Location);
        }

        foreach (var argument in (string[])[Verb, measurement, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        await using var kill = cancellationToken.Register(() => process.Kill(entireProcessTree: true));
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var output = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        var last = output.TrimEnd().Split('\n')[^1];
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize<Dictionary<string, double>>(last)!
            : throw new BenchmarkException($"The measurement {measurement} failed ({process.ExitCode}).\n{(await errors).TrimEnd()}");
    }

    public static async Task<int> ServeAsync(string measurement, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        try
        {
            var figures = await Catalog.Measurements[measurement](arguments, cancellationToken);
            Console.WriteLine(JsonSerializer.Serialize(figures));
            return 0;
        }
        catch (BenchmarkException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }

    /// <summary>A start whose output this process reads.</summary>
    public static ProcessStartInfo Start(string program) => new(program) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
}
