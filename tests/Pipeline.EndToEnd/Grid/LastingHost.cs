using System.Security.Cryptography;
using Pipeline.Embedded.Volunteer;
using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Wire;

namespace Pipeline.EndToEnd.Grid;

/// <summary>A volunteer's host that outlives the server: it keeps what it was given, and asks again when the server is back. It may lie.</summary>
internal sealed class LastingHost(int number, SharedWork work, bool lies)
{
    private static readonly HostFacts Facts = new(4, 1L << 36, 1L << 40, 1e10, "test", "1.0");

    private readonly Dictionary<string, Assignment> _held = [];
    private string? _volunteer;
    private string? _token;

    /// <summary>Reports that the server has taken.</summary>
    public int Reported { get; private set; }

    /// <summary>Answers that a result had been reported before: the first answer was lost with the server.</summary>
    public int KnownBefore { get; private set; }

    /// <summary>Works until the server is gone or the time is up.</summary>
    public async Task WorkAsync(Uri server, Action reported, CancellationToken cancellationToken)
    {
        using var client = GridClient.Create(server, TimeProvider.System);
        try
        {
            await JoinAsync(client, cancellationToken);
            while (true)
            {
                var asked = await client.WorkAsync(new WorkRequest(10, 2, Facts.MemoryBytes, Facts.DiskBytes, [SharedWork.Application], [], [.. _held.Keys], 1), cancellationToken);
                foreach (var signed in asked.Assignments)
                    _held[signed.Assignment.ResultId] = signed.Assignment;
                foreach (var assignment in _held.Values.ToList())
                    await FinishAsync(client, assignment, reported, cancellationToken);
            }
        }
        catch (Exception e) when (e is ServerAwayException or OperationCanceledException)
        {
            // The server is gone, or the test has seen enough.
        }
    }

    private async Task JoinAsync(GridClient client, CancellationToken cancellationToken)
    {
        if (_token is null)
        {
            _volunteer ??= (await client.RegisterVolunteerAsync(new VolunteerRequest($"volunteer {number}"), cancellationToken)).Token;
            client.UseToken(_volunteer);
            _token = (await client.RegisterHostAsync(new HostRequest(Facts), cancellationToken)).Token;
        }
        client.UseToken(_token);
    }

    private async Task FinishAsync(GridClient client, Assignment assignment, Action reported, CancellationToken cancellationToken)
    {
        var result = await work.ComputeAsync(assignment, client, cancellationToken);
        if (lies)
            result = [.. result.AsSpan(0, result.Length - 2), (byte)'x', (byte)'\n'];
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(result));
        try
        {
            await client.UploadAsync(assignment.ResultId, sha256, 0, result.Length, result, cancellationToken);
        }
        catch (ServerRefusedException)
        {
            // The result may be closed, or the file there already: its report tells.
        }
        var report = new ResultReport(assignment.ResultId, true, null, 1, 1, 1e9, sha256, result.Length);
        var answer = (await client.ReportAsync(new ReportRequest([report]), cancellationToken)).Answers[0];
        Assert.True(answer.State != ReportAnswer.Refused, $"{assignment.ResultId}: {answer.Reason}");
        _held.Remove(assignment.ResultId);
        Reported += answer.State == ReportAnswer.Accepted ? 1 : 0;
        KnownBefore += answer.State == ReportAnswer.Known ? 1 : 0;
        reported();
    }
}
