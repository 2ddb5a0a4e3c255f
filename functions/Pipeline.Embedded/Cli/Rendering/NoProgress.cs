namespace Pipeline.Embedded.Cli.Rendering;

/// <summary>Shows nothing (<c>--quiet</c>).</summary>
internal sealed class NoProgress : IProgressDisplay, IProgress<ProgressStep>
{
    public Task<T> ShowAsync<T>(ProgressStep start, Func<IProgress<ProgressStep>, Task<T>> work) => work(this);

    public void Report(ProgressStep value)
    {
    }
}
