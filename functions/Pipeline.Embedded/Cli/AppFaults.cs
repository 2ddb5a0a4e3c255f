using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using Pipeline.Jobs;

namespace Pipeline.Embedded.Cli;

/// <summary>Turns what an app answers instead of a success, or that it does not answer, into a <see cref="CliFault"/>.</summary>
internal static class AppFaults
{
    private const string HowToGiveKey =
        "Give the right one with --key KEY or in PIPELINE_KEY: 'function' in .pipeline/keys.json of the machine that serves, or a host key of the Function App on Azure.";

    /// <summary>What the answer <paramref name="response"/> stands for.</summary>
    public static async Task<CliFault> ReadAsync(HttpResponseMessage response, Uri app, CancellationToken cancellationToken)
    {
        var problem = await ReadProblemAsync(response, cancellationToken);
        // An app that knows the caller and refuses nevertheless says what is lacking.
        if (response.StatusCode is HttpStatusCode.Unauthorized || (response.StatusCode is HttpStatusCode.Forbidden && problem is null))
        {
            var sent = response.RequestMessage?.Headers.Contains("x-functions-key") == true;
            return CliFault.Unauthorized(sent ? $"The app at {app} does not accept this key." : $"The app at {app} wants a key.", HowToGiveKey) with { Status = (int)response.StatusCode };
        }
        if (problem is null)
            return NotPipeline(app, response, null);
        return new CliFault(problem.Type, problem.Title, problem.Detail, ExitCodeOf((int)response.StatusCode))
        {
            Status = (int)response.StatusCode,
            Errors = problem.Errors,
        };
    }

    /// <summary>The app did not answer at all.</summary>
    public static CliFault Unreachable(Uri app, Exception e)
    {
        var reason = e.InnerException switch
        {
            SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "nothing listens there",
            SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } => "there is no host of that name",
            AuthenticationException inner => $"there is no secure connection ({inner.Message.TrimEnd('.')}); is it http, not https",
            { } inner => inner.Message.TrimEnd('.'),
            null => e.Message.TrimEnd('.'),
        };
        return CliFault.Unreachable(
            $"The app at {app} cannot be reached: {reason}.",
            "Check the address and that the app runs, or leave --url (and PIPELINE_URL) away to run in this process.");
    }

    /// <summary>Something answered, but not as this app does.</summary>
    public static CliFault NotPipeline(Uri app, HttpResponseMessage response, string? why)
    {
        var status = (int)response.StatusCode;
        var what = $"{status} {response.Content.Headers.ContentType?.MediaType ?? response.ReasonPhrase}".TrimEnd();
        var request = $"{response.RequestMessage?.Method} {response.RequestMessage?.RequestUri?.AbsolutePath}";
        return status switch
        {
            >= 300 and < 400 => CliFault.Unreachable($"{app} points elsewhere: to {Target(response)}.", "If you trust that address, name it with --url.") with { Status = status },
            502 or 503 or 504 => CliFault.Unreachable($"The app at {app} is not there at the moment: {what}.") with { Status = status },
            >= 500 => CliFault.Unexpected($"The app at {app} failed at {request}: {what}.", "Its log says why; an app in this process writes it with --verbose.") with { Status = status },
            _ => CliFault.Unreachable($"The answer of {app} to {request} is not one of Pipeline's: {what}{(why is null ? "" : $" ({why})")}.", "Check that the address is that of a Pipeline app, of this version.") with { Status = status },
        };
    }

    private static string Target(HttpResponseMessage response) =>
        response.Headers.Location is not { } target ? "nowhere"
        : target.IsAbsoluteUri ? target.GetLeftPart(UriPartial.Authority)
        : target.OriginalString;

    private static async Task<Problem?> ReadProblemAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentType?.MediaType is not ("application/problem+json" or "application/json"))
            return null;
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            var problem = await JsonSerializer.DeserializeAsync(stream, CliJson.Default.Problem, cancellationToken);
            return problem is { Type: not null, Title: not null, Detail: not null } ? problem : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static int ExitCodeOf(int status) => status switch
    {
        403 => ExitCode.Unauthorized,
        404 or 410 => ExitCode.NotFound,
        409 or 412 => ExitCode.Conflict,
        502 or 503 or 504 => ExitCode.Unreachable,
        >= 400 and < 500 => ExitCode.InvalidInput,
        _ => ExitCode.Unexpected,
    };
}
