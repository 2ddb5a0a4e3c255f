using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.ApiDocs;
using Pipeline.Jobs;
using Pipeline.Storage;
using Pipeline.Streams;
using Pipeline.Tests.Hosting;

namespace Pipeline.Tests.ApiDocs;

/// <summary>The app's services without a host, for what they tell about specs.</summary>
public sealed class AppSchemas : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("pipeline-schemas-").FullName;
    private readonly ServiceProvider _services;

    public AppSchemas()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [ObjectStoreFactory.StoreRootKey] = _root }).Build();
        var services = new ServiceCollection().AddLogging(logging => logging.AddProvider(Log)).AddSingleton<IConfiguration>(configuration);
        PipelineApp.AddServices(services, configuration);
        _services = services.BuildServiceProvider();
    }

    internal LogLines Log { get; } = new();

    internal async Task<IReadOnlyDictionary<string, SpecSchema>> AllAsync() =>
        (await _services.GetRequiredService<SpecSchemas>().AllAsync()).ToDictionary(s => s.Kind);

    /// <summary>The faults of a spec, by the code that checks it when it is sent.</summary>
    internal async Task<IReadOnlyList<SpecFault>> FaultsAsync(string kind, string json)
    {
        try
        {
            var kinds = _services.GetServices<IJobKind>().ToList();
            if (kinds.Find(k => k.Kind == kind) is { } job)
                await job.ValidateAsync(JobSpec.Parse(System.Text.Encoding.UTF8.GetBytes(json), [kind]), CancellationToken.None);
            else
                await (await _services.GetRequiredService<StreamCompiler>().CompileAsync("some", JsonSerializer.Deserialize<JsonElement>(json), null, CancellationToken.None)).DisposeAsync();
            return [];
        }
        catch (SpecException e)
        {
            return e.Faults;
        }
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _services.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }
}
