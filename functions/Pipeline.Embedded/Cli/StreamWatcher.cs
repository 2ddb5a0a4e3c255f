namespace Pipeline.Embedded.Cli;

/// <summary>Asks how a stream stands, again and again.</summary>
/// <param name="client">The app.</param>
/// <param name="name">The stream.</param>
/// <param name="rows">How many rows of results are wanted.</param>
internal sealed class StreamWatcher(PipelineClient client, string name, int rows)
{
    private const int MostWindows = 100;

    private int _windows = 1;

    /// <summary>How it stands now.</summary>
    public async Task<StreamReport> AskAsync(CancellationToken cancellationToken)
    {
        var state = await client.GetStreamStateAsync(name, cancellationToken);
        var windows = await client.GetStreamWindowsAsync(name, _windows, cancellationToken);
        // A window may have one row or a thousand: no more is asked for than is shown.
        while (windows.Windows.Count == _windows && windows.Windows.Sum(w => w.Rows.Count) < rows && _windows < MostWindows)
        {
            _windows = Math.Min(MostWindows, _windows * 4);
            windows = await client.GetStreamWindowsAsync(name, _windows, cancellationToken);
        }
        return new StreamReport(state, windows);
    }
}
