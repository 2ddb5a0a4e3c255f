namespace Pipeline.Benchmarks.Measuring;

/// <summary>A figure of Azure that somebody has published and a model takes, with its origin: what is not here, no model may take.</summary>
/// <param name="What">What it is of.</param>
/// <param name="Said">What is said there.</param>
/// <param name="Low">What a model takes at the good end.</param>
/// <param name="High">What a model takes at the bad end; the same, where one figure is given.</param>
/// <param name="Title">Where it is said.</param>
/// <param name="Url">Its address.</param>
internal sealed record PublishedFigure(string What, string Said, double Low, double High, string Title, string Url)
{
    /// <summary>A request for a small blob in a premium account, in milliseconds. No more exact figure is published.</summary>
    public static PublishedFigure PremiumRequest { get; } = new(
        "a request, premium block blobs, ms", "consistent latency of a single digit", 1, 9,
        "Azure Block Blob storage performance tiers", "https://github.com/MicrosoftDocs/azure-docs/blob/014513711acd0485c5226261c073205c2d693631/articles/storage/blobs/storage-blob-performance-tiers.md");

    /// <summary>The same in a standard account, of which Microsoft names no figure: at the good end what a user saw in production.</summary>
    public static PublishedFigure StandardRequestAtBest { get; } = new(
        "a request, standard account, at best, ms", "blobs of less than 100 kB, often used, in the same data centre: 'order of 10ms'", 10, 10,
        "Why is infrequently-accessed Azure blob storage slow?", "https://exchangetuts.com/why-is-infrequently-accessed-azure-blob-storage-slow-1640727243809971");

    /// <summary>The same at the bad end: Microsoft's own example.</summary>
    public static PublishedFigure StandardRequestAtWorst { get; } = new(
        "a request, standard account, at worst, ms", "an example of 50 ms a request; nothing is promised", 50, 50,
        "Latency in Blob storage", "https://learn.microsoft.com/azure/storage/blobs/storage-blobs-latency");

    /// <summary>What flows to or from one blob, in bytes a second. Block blobs are bound by their account only; the one figure for a single
    /// blob is that of page blobs, which is taken as the most careful.</summary>
    public static PublishedFigure BlobBytesPerSecond { get; } = new(
        "bytes of one blob, MiB/s", "60 for a page blob; a block blob may have all of its account's", 60, 60,
        "Scalability and performance targets for Blob storage", "https://learn.microsoft.com/azure/storage/blobs/scalability-targets");

    /// <summary>What an account answers, in requests a second; more is granted in some regions and on request.</summary>
    public static PublishedFigure AccountRequestsPerSecond { get; } = new(
        "requests of one account, a second", "20,000, in select regions 40,000", 40_000, 20_000,
        "Performance and Scaling Basics", "https://yeongseon.github.io/azure-storage-practical-guide/platform/performance-and-scaling-basics/");

    /// <summary>What flows into an account, in gigabits a second; in the bad case, outside the greater regions.</summary>
    public static PublishedFigure AccountGigabitsIn { get; } = new(
        "into one account, Gbit/s", "25 by default in the US and Europe, 10 elsewhere (LRS, ZRS)", 25, 10,
        "Scalability and performance targets for standard storage accounts", "https://github.com/MicrosoftDocs/azure-docs/blob/0076a623dc066a91d0839fed41aae9fe9870d745/includes/azure-storage-account-limits-standard.md");

    /// <summary>Prints where a model's figures come from.</summary>
    public static void Write(TextWriter output, params ReadOnlySpan<PublishedFigure> figures)
    {
        var table = new MarkdownTable("published", "taken", "said there", "origin");
        foreach (var figure in figures)
            table.Row(figure.What, figure.Low.Equals(figure.High) ? Figures.Readable(figure.Low) : $"{Figures.Readable(figure.Low)} and {Figures.Readable(figure.High)}", figure.Said, $"[{figure.Title}]({figure.Url})");
        table.WriteTo(output);
    }
}
