using System.Security.Cryptography;
using Pipeline.Embedded.Volunteer;
using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Wire;

namespace Pipeline.EndToEnd.Grid;

/// <summary>A volunteer's machine as the server sees one, over the real client's HTTP: it asks for work, uploads, reports. What it reports
/// depends on its behaviour.</summary>
internal sealed class SimulatedHost(int number, HostBehaviour behaviour, bool boasts, Uri server, TimeProvider time) : IDisposable
{
    /// <summary>What a boaster claims for every result.</summary>
    public const double EnormousClaim = 1e12;

    private const int TasksAtOnce = 2;
    private const double ClaimPerFlop = 200 / (86_400 * 1e9);
    private static readonly HostFacts s_facts = new(1, 8L << 30, 64L << 30, 1e10, "simulated", "1.0");
    private readonly GridClient _client = GridClient.Create(server, time);

    public HostBehaviour Behaviour => behaviour;

    public bool Boasts => boasts;

    public string VolunteerId { get; private set; } = "";

    public async Task JoinAsync(CancellationToken cancellationToken)
    {
        var volunteer = await PatientlyAsync(() => _client.RegisterVolunteerAsync(new VolunteerRequest($"volunteer {number}"), cancellationToken), cancellationToken);
        VolunteerId = volunteer.VolunteerId;
        _client.UseToken(volunteer.Token);
        var host = await PatientlyAsync(() => _client.RegisterHostAsync(new HostRequest(s_facts), cancellationToken), cancellationToken);
        _client.UseToken(host.Token);
    }

    /// <summary>Works until it is told to stop, or vanishes.</summary>
    /// <param name="work">What the tasks are, and who has done what.</param>
    /// <param name="turns">How many hosts may be at it at the same time: they all share this machine.</param>
    /// <param name="stop">Nothing is left to do.</param>
    public async Task WorkAsync(SharedWork work, SemaphoreSlim turns, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                // The server answers when there is work.
                var answer = await PatientlyAsync(() => _client.WorkAsync(
                    new WorkRequest(1, TasksAtOnce, s_facts.MemoryBytes, s_facts.DiskBytes, [SharedWork.Application], [], [], WaitSeconds: 20), stop), stop);
                foreach (var signed in answer.Assignments)
                {
                    work.Count(behaviour, "taken");
                    if (behaviour == HostBehaviour.Late)
                        await WaitForAsync(signed.Assignment.Deadline, stop);
                    if (behaviour == HostBehaviour.Vanishes)
                        continue;
                    await turns.WaitAsync(stop);
                    try
                    {
                        await ReturnAsync(signed.Assignment, work, stop);
                    }
                    finally
                    {
                        turns.Release();
                    }
                }
                if (behaviour == HostBehaviour.Vanishes && answer.Assignments.Count > 0)
                    return;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The job is over.
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task ReturnAsync(Assignment task, SharedWork work, CancellationToken stop)
    {
        var right = await work.ComputeAsync(task, _client, stop);
        var result = behaviour switch
        {
            HostBehaviour.Wrong => SharedWork.Forge(right, $"host {number}"),
            HostBehaviour.Colludes => SharedWork.Forge(right, "conspiracy"),
            _ => right,
        };
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(result));
        try
        {
            await PatientlyAsync(() => _client.UploadAsync(task.ResultId, sha256, 0, result.Length, result, stop), stop);
            var claim = boasts ? EnormousClaim : task.Flops * ClaimPerFlop;
            var answers = await PatientlyAsync(() => _client.ReportAsync(
                new ReportRequest([new ResultReport(task.ResultId, true, null, 0.1, 0.1, claim, sha256, result.Length)]), stop), stop);
            work.Count(behaviour, answers.Answers[0].State);
        }
        catch (ServerRefusedException)
        {
            // The server has no use for it any more.
            work.Count(behaviour, "refused");
        }
    }

    private async Task WaitForAsync(DateTimeOffset deadline, CancellationToken stop)
    {
        if (deadline - time.GetUtcNow() is var left && left > TimeSpan.Zero)
            await Task.Delay(left, time, stop);
    }

    // As long as the server is busy, whenever it says.
    private async Task<T> PatientlyAsync<T>(Func<Task<T>> ask, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (ServerAwayException e)
            {
                await Task.Delay(e.RetryAfter ?? TimeSpan.FromSeconds(1), time, stop);
            }
        }
    }
}
