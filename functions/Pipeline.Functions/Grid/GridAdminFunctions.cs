using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Access;
using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Wire;
using Pipeline.Jobs;
using Pipeline.Schemas;

namespace Pipeline.Grid;

/// <summary>Administration of volunteers' hosts.</summary>
public sealed class GridAdminFunctions(IGridScheduler scheduler)
{
    /// <summary>Lists hosts, those with the most credit first.</summary>
    [Function("ListGridHosts")]
    [RequiresRole(Role.Operator)]
    [Query("top", "How many hosts at most.", 1, 1_000, 100)]
    [Answers(200, typeof(HostList))]
    public Task<IActionResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/grid/hosts")] HttpRequest request,
        CancellationToken cancellationToken) => Responses.GuardAsync(async () =>
            Responses.Ok(new HostList(await scheduler.HostsAsync(Responses.Top(request.Query, 100, 1_000), cancellationToken))));

    /// <summary>Bars a host: it gets no more work, and what it has is given to others.</summary>
    [Function("BanGridHost")]
    [RequiresRole(Role.Operator)]
    [Answers(204)]
    public Task<IActionResult> BanAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/grid/hosts/{id}/ban")] HttpRequest request,
        string id,
        CancellationToken cancellationToken) => SetAsync(id, banned: true, cancellationToken);

    /// <summary>Lets a barred host in again.</summary>
    [Function("ReadmitGridHost")]
    [RequiresRole(Role.Operator)]
    [Answers(204)]
    public Task<IActionResult> ReadmitAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/grid/hosts/{id}/readmit")] HttpRequest request,
        string id,
        CancellationToken cancellationToken) => SetAsync(id, banned: false, cancellationToken);

    private Task<IActionResult> SetAsync(string id, bool banned, CancellationToken cancellationToken) => Responses.GuardAsync(async () =>
        GridNames.IsId(id) && await scheduler.BanHostAsync(id, banned, cancellationToken)
            ? new NoContentResult()
            : throw new NotFoundException("host", id, "/api/grid/hosts"));
}
