using System.Net;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Access;
using Pipeline.Embedded.Hosting;
using Pipeline.Grid.Volunteers;
using Pipeline.Grid.Wire;
using Pipeline.Jobs;

namespace Pipeline.Tests.Access;

/// <summary>Goes to every route of the app with every role, over the real host: who may is let through, and nobody else is.</summary>
public sealed partial class RouteWalkTests(WholeApp app) : IClassFixture<WholeApp>
{
    private static readonly string[] s_callers = ["nobody", "guesser", "reader", "submitter", "operator", "volunteer"];

    [Fact]
    public async Task EveryRoute_EveryRole_IsLetThroughOrRefusedAsItSays()
    {
        var host = app.Host;
        var registry = host.Services.GetRequiredService<VolunteerRegistry>();
        var volunteer = await registry.RegisterVolunteerAsync(new VolunteerRequest("walker"), default);
        var (_, computer) = await registry.RegisterHostAsync(volunteer.VolunteerId, _ => Task.CompletedTask, default);
        using var client = app.Client();
        var faults = new List<string>();
        var walked = 0;

        foreach (var (method, function, route) in Routes())
        {
            foreach (var caller in s_callers)
            {
                using var request = new HttpRequestMessage(method, new Uri(route, UriKind.Relative));
                if (Key(host, caller) is { } key)
                    request.Headers.Add("x-functions-key", key);
                if (caller == "volunteer")
                    request.Headers.Authorization = new("Bearer", route == "api/grid/hosts" && method == HttpMethod.Post ? volunteer.Token : computer);
                if (method != HttpMethod.Get)
                    request.Content = new StringContent("{}");
                using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                walked++;

                var (expected, actual) = (Expected(AccessRule.Of(function), caller), await OutcomeAsync(answer));
                if (expected != actual)
                    faults.Add($"{method} {route} as {caller}: {actual}, not {expected} ({(int)answer.StatusCode})");
                faults.AddRange(MissingHeaders(answer).Select(header => $"{method} {route} as {caller}: lacks {header}"));
            }
        }

        Assert.True(faults.Count == 0, string.Join("\n", faults));
        Assert.True(walked >= 29 * s_callers.Length, $"Only {walked} requests were made.");
    }

    [Fact]
    public async Task EveryRouteThatShowsANamedThing_NothingOfThatName_SaysSo()
    {
        using var client = app.Client(app.Host.FunctionKey);
        var faults = new List<string>();
        var walked = 0;

        foreach (var (method, function, route) in Routes())
        {
            // Alerts are kept when their stream is removed. Volunteers' routes ask for a token first; the page's files are no API.
            var name = function.GetCustomAttribute<FunctionAttribute>()!.Name;
            if (method != HttpMethod.Get || !route.Contains("nothing", StringComparison.Ordinal) || name is "GetStreamAlerts" or "Dashboard" || AccessRule.Of(function).Role == Role.Volunteer)
                continue;
            using var answer = await client.GetAsync(new Uri(route, UriKind.Relative));
            var text = await answer.Content.ReadAsStringAsync();
            walked++;
            if (answer.StatusCode != HttpStatusCode.NotFound || !text.Contains(ProblemTypes.NotFound, StringComparison.Ordinal))
                faults.Add($"{route}: {(int)answer.StatusCode} {text}");
        }

        Assert.True(faults.Count == 0, string.Join("\n", faults));
        Assert.True(walked >= 18, $"Only {walked} requests were made.");
    }

    private static HttpStatusCode? Expected(AccessRule rule, string caller) => rule switch
    {
        { IsOpen: true } => null,
        { Role: Role.Volunteer } => caller == "volunteer" ? null : HttpStatusCode.Unauthorized,
        { Role: { } role } => caller switch
        {
            "reader" => role <= Role.Reader ? null : HttpStatusCode.Forbidden,
            "submitter" => role <= Role.Submitter ? null : HttpStatusCode.Forbidden,
            "operator" => null,
            _ => HttpStatusCode.Unauthorized,
        },
        _ => HttpStatusCode.Forbidden,
    };

    // A refusal of the function's own, of another's work unit say, is no refusal of the role.
    private static async Task<HttpStatusCode?> OutcomeAsync(HttpResponseMessage answer)
    {
        if (answer.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden))
            return null;
        var text = await answer.Content.ReadAsStringAsync();
        if (text.Length == 0)
            return answer.StatusCode; // The host's own, before any function.
        using var problem = JsonDocument.Parse(text);
        return problem.RootElement.GetProperty("type").GetString() is ProblemTypes.Unauthenticated or ProblemTypes.Forbidden ? answer.StatusCode : null;
    }

    private static IEnumerable<string> MissingHeaders(HttpResponseMessage answer)
    {
        var headers = answer.Headers;
        if (!Has("X-Content-Type-Options", "nosniff")) yield return "nosniff";
        if (!Has("X-Frame-Options", "DENY") || !Has("Content-Security-Policy", "frame-ancestors 'none'")) yield return "frame-ancestors";
        if (!Has("Referrer-Policy", "no-referrer")) yield return "Referrer-Policy";
        if (headers.CacheControl is null) yield return "Cache-Control";

        bool Has(string name, string value) => headers.TryGetValues(name, out var values) && values.Any(v => v.Contains(value, StringComparison.Ordinal));
    }

    private static string? Key(EmbeddedHost host, string caller) => caller switch
    {
        "guesser" => new string('g', host.FunctionKey.Length),
        "reader" => host.ReaderKey,
        "submitter" => host.SubmitterKey,
        "operator" => host.FunctionKey,
        _ => null,
    };

    private static IEnumerable<(HttpMethod Method, MethodInfo Function, string Route)> Routes() =>
        from type in typeof(PipelineApp).Assembly.GetTypes()
        from function in type.GetMethods()
        where function.IsDefined(typeof(FunctionAttribute))
        let trigger = function.GetParameters().Select(p => p.GetCustomAttribute<HttpTriggerAttribute>()).FirstOrDefault(t => t is not null)
        where trigger is not null
        from method in trigger.Methods ?? ["get"]
        select (HttpMethod.Parse(method), function, Parameter().Replace(trigger.Route!, match => match.Groups["type"].Value switch
        {
            "int" or "long" => "1",
            "guid" => "6f9619ff-8b86-d011-b42d-00cf4fc964ff",
            _ => "nothing",
        }));

    [GeneratedRegex(@"\{\*{0,2}\w+(:(?<type>\w+)[^}]*)?\??\}")]
    private static partial Regex Parameter();
}
