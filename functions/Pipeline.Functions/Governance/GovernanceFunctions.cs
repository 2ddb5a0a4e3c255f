using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Access;
using Pipeline.Jobs;
using Pipeline.Schemas;

namespace Pipeline.Governance;

/// <summary>The HTTP API of policies and of the audit log.</summary>
public sealed class GovernanceFunctions(DatasetPolicies policies, AuditLog audit)
{
    /// <summary>Shows where a dataset may be processed.</summary>
    [Function("GetDatasetPolicy")]
    [RequiresRole(Role.Reader)]
    [Answers(200, typeof(PolicyView))]
    [MayFail(ProblemTypes.InvalidRequest)]
    public Task<IActionResult> GetPolicyAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/datasets/{name}/policy")] HttpRequest request,
        string name,
        CancellationToken cancellationToken) => Responses.GuardAsync(async () =>
    {
        var policy = await policies.FindAsync(name, cancellationToken) ?? throw new NotFoundException($"The dataset '{name}' has no policy: it may be processed anywhere.");
        return Responses.Ok(new PolicyView(policy.Regions));
    });

    /// <summary>Says where a dataset may be processed: <c>{"regions": ["westeurope"]}</c>.</summary>
    [Function("PutDatasetPolicy")]
    [RequiresRole(Role.Operator)]
    [Takes(typeof(PolicyView))]
    [Answers(200, typeof(PolicyView))]
    [MayFail(ProblemTypes.Conflict, ProblemTypes.StorageFull)]
    public Task<IActionResult> PutPolicyAsync(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = "api/datasets/{name}/policy")] HttpRequest request,
        string name,
        CancellationToken cancellationToken) => Responses.GuardAsync(async () =>
    {
        var policy = ResidencyPolicy.Parse(await Responses.ReadBodyAsync(request, ResidencyPolicy.MaxBytes, cancellationToken));
        await policies.SetAsync(name, policy, cancellationToken);
        return Responses.Ok(new PolicyView(policy.Regions));
    });

    /// <summary>Shows decisions, newest first, and whether the log hangs together.</summary>
    [Function("GetAudit")]
    [RequiresRole(Role.Operator)]
    [Query("top", "How many decisions at most.", 1, 1_000, 100)]
    [Query("before", "Decisions before this one alone.", 1, long.MaxValue)]
    [Answers(200, typeof(AuditPage))]
    public Task<IActionResult> AuditAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/audit")] HttpRequest request,
        CancellationToken cancellationToken) => Responses.GuardAsync(async () =>
            Responses.Ok(await audit.ReadAsync(Responses.Top(request.Query, 100, 1_000), Responses.Number(request.Query, "before", least: 1), cancellationToken)));
}
