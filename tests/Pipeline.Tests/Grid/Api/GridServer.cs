using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Access;
using Pipeline.Grid;
using Pipeline.Grid.Applications;
using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Wire;
using Pipeline.Storage;
using Pipeline.Tests.Hosting;

namespace Pipeline.Tests.Grid.Api;

/// <summary>The grid's HTTP API on a free port, over a directory and a scheduler in memory.</summary>
internal sealed class GridServer : IAsyncDisposable
{
    public static readonly HostFacts Facts = new(2, 1L << 32, 1L << 32, 1e9, "linux-x64", "1.0");

    private readonly TestHost _host;

    private GridServer(TestHost host, TestScheduler scheduler) => (_host, Scheduler) = (host, scheduler);

    public TestScheduler Scheduler { get; }

    /// <summary>Carries no token.</summary>
    public HttpClient Http => _host.Client;

    public Uri Url => _host.Host.BaseAddress;

    public string FunctionKey => _host.Host.FunctionKey;

    public string Root => _host.Root;

    public IObjectStore Store => _host.Host.Services.GetRequiredService<IObjectStore>();

    public T Service<T>() where T : notnull => _host.Host.Services.GetRequiredService<T>();

    public static async Task<GridServer> StartAsync(
        TestScheduler? scheduler = null, IReadOnlyDictionary<string, string?>? settings = null, string? root = null, Uri? url = null, params IGridApplication[] applications)
    {
        scheduler ??= new TestScheduler();
        var host = await TestHost.StartAsync(
            [typeof(GridFunctions), typeof(GridFileFunctions), typeof(GridAdminFunctions)],
            (builder, configuration) =>
            {
                builder.UseAccess(configuration);
                builder.Services.AddPipelineStorage(configuration);
                builder.Services.AddGridApi().AddSingleton<GridWakeups>().AddSingleton<IGridScheduler>(scheduler);
                foreach (var application in applications.Length > 0 ? applications : [new SumApplication()])
                    builder.Services.AddSingleton(application);
            },
            """{"version":"2.0","extensions":{"http":{"routePrefix":""}}}""",
            root,
            options => options with { Settings = settings ?? new Dictionary<string, string?>(), Url = url ?? options.Url });
        return new GridServer(host, scheduler);
    }

    /// <summary>Joins as a volunteer with one host.</summary>
    public async Task<GridHost> JoinAsync(string name = "ada")
    {
        var volunteer = await ReadAsync<VolunteerAnswer>(await Http.PostAsJsonAsync("api/grid/volunteers", new VolunteerRequest(name), GridJson.Options));
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/grid/hosts") { Content = JsonContent.Create(new HostRequest(Facts), options: GridJson.Options) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", volunteer.Token);
        var host = await ReadAsync<HostAnswer>(await Http.SendAsync(request));
        var http = new HttpClient { BaseAddress = Url };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", host.Token);
        return new GridHost(http, new HostKey(volunteer.VolunteerId, host.HostId), volunteer.Token, host.Token, host.ProjectKey);
    }

    /// <summary>An answer that must be a success.</summary>
    public static async Task<T> ReadAsync<T>(HttpResponseMessage response)
    {
        using (response)
        {
            Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
            return (await response.Content.ReadFromJsonAsync<T>(GridJson.Options))!;
        }
    }

    /// <summary>The file of a result as the server has it; null where it has none.</summary>
    public Task<byte[]?> ResultAsync(Assignment assignment) =>
        Store.TryReadAllAsync(GridFiles.Container, GridFiles.Result(assignment.JobId, assignment.ResultId), CancellationToken.None);

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
