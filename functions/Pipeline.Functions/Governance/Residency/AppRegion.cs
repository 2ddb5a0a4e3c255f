using Microsoft.Extensions.Configuration;

namespace Pipeline.Governance;

/// <summary>Where this app runs.</summary>
/// <param name="Name">The region as policies write it; null where nobody has said.</param>
internal sealed record AppRegion(string? Name)
{
    /// <summary>The setting that says it; without it, the platform does.</summary>
    public const string Setting = "PipelineRegion";

    private const string Platform = "REGION_NAME";

    /// <exception cref="InvalidOperationException">The setting is no region.</exception>
    public static AppRegion Read(IConfiguration configuration)
    {
        var text = configuration[Setting] is { Length: > 0 } said ? said : configuration[Platform];
        if (string.IsNullOrWhiteSpace(text))
            return new AppRegion((string?)null);
        return new AppRegion(Region.Normalise(text) ?? throw new InvalidOperationException($"The app's region is '{text}', which is no region. Set {Setting} to a name such as westeurope."));
    }
}
