using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Access;

namespace Pipeline.Tests.Access;

/// <summary>A function for each way to say who may call it, and one that forgot.</summary>
public static class AccessSamples
{
    [Function("ForgotItsRole")]
    public static IActionResult ForgotItsRole([HttpTrigger(AuthorizationLevel.Function, "get", Route = "forgot")] HttpRequest request) => new OkResult();

    [Function("ForReaders")]
    [RequiresRole(Role.Reader)]
    public static IActionResult ForReaders([HttpTrigger(AuthorizationLevel.Function, "get", Route = "reader")] HttpRequest request) =>
        new OkObjectResult(Caller.Of(request)?.Name);

    [Function("ForSubmitters")]
    [RequiresRole(Role.Submitter)]
    public static IActionResult ForSubmitters([HttpTrigger(AuthorizationLevel.Function, "get", Route = "submitter")] HttpRequest request) => new OkResult();

    [Function("ForOperators")]
    [RequiresRole(Role.Operator)]
    public static IActionResult ForOperators([HttpTrigger(AuthorizationLevel.Function, "get", Route = "operator")] HttpRequest request) => new OkResult();

    [Function("ForOperatorsUnchecked")]
    [RequiresRole(Role.Operator)]
    public static IActionResult ForOperatorsUnchecked([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "unchecked")] HttpRequest request) => new OkResult();

    [Function("ForVolunteers")]
    [RequiresRole(Role.Volunteer)]
    public static IActionResult ForVolunteers([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "volunteer")] HttpRequest request) =>
        new OkObjectResult(Caller.Of(request)?.VolunteerId);

    [Function("ForAll")]
    [OpenToAll]
    public static IActionResult ForAll([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "open")] HttpRequest request)
    {
        SecurityHeaders.SetForPage(request.HttpContext.Response, "public, max-age=60");
        return new ContentResult { Content = "<!doctype html>", ContentType = "text/html" };
    }

    // No function of the host: only its attributes are looked at.
    [RequiresRole(Role.Operator)]
    [OpenToAll]
    public static void SaysBoth()
    {
    }
}
