using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Pipeline.Jobs;
using Pipeline.Schemas;

namespace Pipeline.ApiDocs;

/// <summary>The JSON Schemas of all specs that the app takes. They are made at first need, in some milliseconds, of what the code that
/// checks specs asks for.</summary>
public sealed class SpecSchemas
{
    private readonly IEnumerable<IJobKind> _jobs;
    private readonly IEnumerable<IDescribedSpec> _others;
    private readonly ILogger<SpecSchemas> _logger;
    private readonly Lock _gate = new();
    private Task<IReadOnlyList<SpecSchema>>? _all;

    internal SpecSchemas(IEnumerable<IJobKind> jobs, IEnumerable<IDescribedSpec> others, ILogger<SpecSchemas> logger) =>
        (_jobs, _others, _logger) = (jobs, others, logger);

    /// <summary>All of them, by name.</summary>
    internal Task<IReadOnlyList<SpecSchema>> AllAsync()
    {
        lock (_gate)
            return _all ??= Task.Run(MakeAsync);
    }

    private async Task<IReadOnlyList<SpecSchema>> MakeAsync()
    {
        var schemas = new List<SpecSchema>();
        foreach (var job in _jobs)
            schemas.Add(await MakeAsync(job.Kind, outline => job.ValidateAsync(JobSpec.Describe(job.Kind, outline), CancellationToken.None)));
        foreach (var other in _others)
        {
            schemas.Add(await MakeAsync(other.Kind, outline =>
            {
                other.Describe(SpecReader.Describe(outline, []));
                return Task.CompletedTask;
            }));
        }
        return [.. schemas.OrderBy(s => s.Kind, StringComparer.Ordinal)];
    }

    private async Task<SpecSchema> MakeAsync(string kind, Func<ObjectOutline, Task> read)
    {
        var schema = await SchemaExplorer.DescribeAsync(async outline =>
        {
            try
            {
                await read(outline);
            }
            catch (SpecException)
            {
                // A document of which nothing is there has faults, and is looked at no further.
            }
#pragma warning disable CA1031 // What somebody's own program does with no parameters must not take the schemas of all others away.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _logger.LogWarning(e, "The schema of {Kind} may lack fields: reading a spec of which nothing is there failed.", kind);
            }
        });
        var whole = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["title"] = $"{char.ToUpperInvariant(kind[0])}{kind[1..]} spec" };
        foreach (var (key, node) in schema)
            whole[key] = node?.DeepClone();
        return new SpecSchema(kind, whole);
    }
}
