namespace Pipeline.Embedded.Cli.Rendering;

/// <summary>Shows progress as plain lines, for a pipe or a log: one whenever the label changes, and in between at most one a
/// second.</summary>
internal sealed class LineProgress(TextWriter writer, TimeProvider time) : IProgressDisplay, IProgress<ProgressStep>
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    private ProgressStep _shown;
    private long _shownAt;

    public Task<T> ShowAsync<T>(ProgressStep start, Func<IProgress<ProgressStep>, Task<T>> work)
    {
        Write(start);
        return work(this);
    }

    public void Report(ProgressStep value)
    {
        if (value.Label != _shown.Label || (value != _shown && time.GetElapsedTime(_shownAt) >= Between))
            Write(value);
    }

    private void Write(ProgressStep step)
    {
        writer.WriteLine(step.ToString());
        _shown = step;
        _shownAt = time.GetTimestamp();
    }
}
