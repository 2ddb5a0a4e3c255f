using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.Time.Testing;
using Moq;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Tests.Jobs;

public sealed class JobServiceTests
{
    private static readonly DateTimeOffset s_now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly CancellationToken s_ct = CancellationToken.None;

    private readonly List<OrchestrationMetadata> _instances = [];
    private readonly Mock<DurableTaskClient> _client = new("test");
    private readonly JobService _jobs;

    public JobServiceTests()
    {
        var kind = new Mock<IJobKind>();
        kind.SetupGet(k => k.Kind).Returns("batch");
        kind.SetupGet(k => k.Orchestrator).Returns("BatchJob");
        _client.Setup(c => c.GetAllInstancesAsync(It.IsAny<OrchestrationQuery>())).Returns((OrchestrationQuery query) => Pageable.Create<OrchestrationMetadata>((_, _, _) =>
            Task.FromResult(new Page<OrchestrationMetadata>([.. _instances.Where(i => i.CreatedAt >= query.CreatedFrom && i.CreatedAt <= query.CreatedTo)], null))));
        _client.Setup(c => c.GetInstanceAsync(It.IsAny<string>(), It.IsAny<bool>(), It.IsAny<CancellationToken>()))
            .Returns((string id, bool _, CancellationToken _) => Task.FromResult(_instances.Find(i => i.InstanceId == id)));
        _jobs = new JobService([kind.Object], Mock.Of<IObjectStore>(), Mock.Of<IDataPolicy>(), new FakeTimeProvider(s_now));
    }

    [Fact]
    public async Task List_PageByPage_HasEveryJobOnceAlsoThoseOfTheSameTime()
    {
        // Three at once, one in each of the windows of time that are looked through, and parts of jobs, which are none.
        foreach (var id in new[] { "a", "b", "c" })
            Add("BatchJob", id, s_now.AddMinutes(-30));
        foreach (var (index, hours) in new[] { 0.2, 3, 20, 200, 3_000 }.Index())
        {
            Add("BatchJob", $"d{index}", s_now.AddHours(-hours));
            Add("BatchChunk", $"part{index}", s_now.AddHours(-hours));
        }

        var listed = new List<string>();
        JobPage page;
        string? token = null;
        do
        {
            page = await _jobs.ListAsync(_client.Object, null, null, 1, token, s_ct);
            listed.AddRange(page.Jobs.Select(job => job.Id));
            token = page.ContinuationToken;
        }
        while (token is not null && listed.Count < 100);

        Assert.Equal(["d0", "c", "b", "a", "d1", "d2", "d3", "d4"], listed);
    }

    [Theory]
    [InlineData("3155378975999999999-x")] // the last moment that there is
    [InlineData("0-x")]
    public async Task List_TokenOfAnImpossibleTime_EndsInAPage(string token)
    {
        Add("BatchJob", "a", s_now.AddMinutes(-1));

        Assert.InRange((await _jobs.ListAsync(_client.Object, null, null, 10, token, s_ct)).Jobs.Count, 0, 1);
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("part")] // an orchestration, but none of a job
    [InlineData("../keys")]
    public async Task Get_NoSuchJob_SaysWhereJobsAreListed(string id)
    {
        Add("BatchChunk", "part", s_now);

        var error = await Assert.ThrowsAsync<NotFoundException>(() => _jobs.GetAsync(_client.Object, id, s_ct));

        Assert.Equal($"There is no job '{id}'. GET /api/jobs lists those that there are.", error.Message);
    }

    [Fact]
    public async Task Get_JobOfAnotherKind_IsNotThere()
    {
        Add("BatchJob", "a", s_now);

        var error = await Assert.ThrowsAsync<NotFoundException>(() => _jobs.GetAsync(_client.Object, "a", "training", s_ct));

        Assert.Equal("There is no training job 'a'. GET /api/jobs?kind=training lists those that there are.", error.Message);
        Assert.Equal("a", (await _jobs.GetAsync(_client.Object, "a", "batch", s_ct)).Id);
    }

    private void Add(string name, string id, DateTimeOffset createdAt) =>
        _instances.Add(new OrchestrationMetadata(name, id) { DataConverter = JsonDataConverter.Default, RuntimeStatus = OrchestrationRuntimeStatus.Running, CreatedAt = createdAt, LastUpdatedAt = createdAt });
}
