using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Access;
using Pipeline.Jobs;
using Pipeline.Schemas;

namespace Pipeline.Governance;

/// <summary>The HTTP API of policies and of the audit log.</summary>
public sealed class GovernanceFunctions
{
    private readonly DatasetPolicies _policies;
    private readonly AuditLog _audit;

    /// <summary>Made for each call.</summary>
    public GovernanceFunctions(DatasetPolicies policies, AuditLog audit) => (_policies, _audit) = (policies, audit);

    /// <summary>Shows where a dataset may be processed.</summary>
    [Function("GetDatasetPolicy")]
    [RequiresRole(Role.Reader)]
    [Answers(200, typeof(PolicyView))]
    [MayFail(ProblemTypes.InvalidRequest)]
    public Task<IActionResult> GetPolicyAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/datasets/{name}/policy")] HttpRequest request,
        string name,
        CancellationToken cancellationToken) => Responses.GuardAsync(async () =>
            await _policies.FindAsync(name, cancellationToken) is { } policy ? Responses.Ok(new PolicyView(policy.Regions)) : Responses.NotFound($"The dataset '{name}' has no policy: it may be processed anywhere."));

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
        await _policies.SetAsync(name, policy, cancellationToken);
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
            Responses.Ok(await _audit.ReadAsync((int)(Number(request.Query["top"], "top", 1_000) ?? 100), Number(request.Query["before"], "before", long.MaxValue), cancellationToken)));

    private static long? Number(string? text, string name, long most)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most
            ? number
            : throw new SpecException("", $"'{name}' must be a whole number from 1 to {most}; this is '{text}'.", ProblemTypes.InvalidRequest);
    }
}
