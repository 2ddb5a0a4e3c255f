using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Access;
using Pipeline.Jobs;
using Pipeline.Schemas;

namespace Pipeline.Streams;

/// <summary>The HTTP API of alerts.</summary>
public sealed class AlertFunctions(AlertStore alerts)
{
    private const int MostAlerts = 10_000;

    /// <summary>Gives the latest alerts of a stream.</summary>
    [Function("GetStreamAlerts")]
    [RequiresRole(Role.Reader)]
    [Query("top", "How many alerts at most.", 1, MostAlerts, 100)]
    [Answers(200, typeof(StreamAlerts))]
    public Task<IActionResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/streams/{name}/alerts")] HttpRequest request,
        string name,
        CancellationToken cancellationToken) => Responses.GuardAsync(async () =>
    {
        var top = Responses.Top(request.Query, 100, MostAlerts);
        return Responses.Ok(new StreamAlerts(name, await alerts.LatestAsync(name, top, cancellationToken)));
    });

    /// <summary>Removes alerts that are older than 30 days, once a day.</summary>
    [Function("SweepStreamAlerts")]
    public Task SweepAsync([TimerTrigger("0 30 3 * * *")] TimerInfo timer, CancellationToken cancellationToken) => alerts.SweepAsync(cancellationToken);
}
