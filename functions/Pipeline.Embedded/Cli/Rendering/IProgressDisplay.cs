namespace Pipeline.Embedded.Cli.Rendering;

/// <summary>Shows how far a piece of work is while it runs.</summary>
internal interface IProgressDisplay
{
    /// <summary>Runs <paramref name="work"/>, which reports its steps, and shows them until it ends.</summary>
    /// <param name="start">What begins; it stays to be read.</param>
    /// <param name="work">What to do.</param>
    Task<T> ShowAsync<T>(ProgressStep start, Func<IProgress<ProgressStep>, Task<T>> work);
}
