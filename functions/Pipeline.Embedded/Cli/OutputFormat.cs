namespace Pipeline.Embedded.Cli;

/// <summary>How a verb writes its answer.</summary>
internal enum OutputFormat
{
    /// <summary>For people.</summary>
    Table,

    /// <summary>The document of the HTTP API.</summary>
    Json,

    /// <summary>RFC 4180, with a header line.</summary>
    Csv,
}
