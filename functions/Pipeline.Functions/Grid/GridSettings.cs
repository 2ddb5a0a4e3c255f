using Microsoft.Extensions.Configuration;

namespace Pipeline.Grid;

/// <summary>The app's settings for grid jobs.</summary>
/// <param name="Shards">Into how many parts hosts and units are divided when the grid is first used; later it stays as it is.</param>
/// <param name="DailyResults">Results a day that a processor of a good host may get of one application version.</param>
/// <param name="ResultsInProgress">Results that a processor of a host may have at the same time.</param>
/// <param name="MaxPending">Calls that may wait for the log; more are refused.</param>
/// <param name="LiveUnits">Work units of a job that are kept in memory; the next are registered as these end.</param>
/// <param name="UnitsPerFile">Work units whose results go into one file of a job's result.</param>
public sealed record GridSettings(int Shards = 1, int DailyResults = 1_000, int ResultsInProgress = 32, int MaxPending = 10_000, int LiveUnits = 20_000, int UnitsPerFile = 1_000)
{
    /// <summary>Reads <c>PipelineGridShards</c>, <c>PipelineGridDailyResults</c>, <c>PipelineGridResultsInProgress</c>,
    /// <c>PipelineGridMaxPending</c>, <c>PipelineGridLiveUnits</c> and <c>PipelineGridUnitsPerFile</c>.</summary>
    /// <exception cref="InvalidOperationException">A setting is not a whole number within its bounds.</exception>
    public static GridSettings Read(IConfiguration configuration)
    {
        var standard = new GridSettings();
        return new GridSettings(
            Number("PipelineGridShards", standard.Shards, 1, 64),
            Number("PipelineGridDailyResults", standard.DailyResults, 1, 1_000_000),
            Number("PipelineGridResultsInProgress", standard.ResultsInProgress, 1, 10_000),
            Number("PipelineGridMaxPending", standard.MaxPending, 1, 1_000_000),
            Number("PipelineGridLiveUnits", standard.LiveUnits, 1, 1_000_000),
            Number("PipelineGridUnitsPerFile", standard.UnitsPerFile, 1, 1_000));

        int Number(string name, int standardValue, int min, int max)
        {
            if (configuration[name] is not { Length: > 0 } text)
                return standardValue;
            return int.TryParse(text, out var value) && value >= min && value <= max
                ? value
                : throw new InvalidOperationException($"The setting {name} is '{text}'. It must be a whole number from {min} to {max}.");
        }
    }
}
