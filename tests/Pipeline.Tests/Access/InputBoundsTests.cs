using System.Diagnostics;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;

namespace Pipeline.Tests.Access;

/// <summary>Every route that takes a body is sent bodies that are too deep, too wide, too long or no JSON: each is refused in words, soon,
/// and none makes the app fail.</summary>
public sealed partial class InputBoundsTests(WholeApp app) : IClassFixture<WholeApp>
{
    private static readonly (string Name, Func<string> Make)[] s_bodies =
    [
        ("a tower of 100,000 arrays", () => new string('[', 100_000) + new string(']', 100_000)),
        ("a tower of 100,000 objects", () => string.Concat(Enumerable.Repeat("{\"a\":", 100_000)) + "1" + new string('}', 100_000)),
        ("100,000 fields that nobody knows", () => "{" + string.Join(",", Enumerable.Range(0, 70_000).Select(i => $"\"f{i}\":1")) + "}"),
        ("the same field twice", () => """{"name":"a","name":"b","kind":"batch","kind":"batch"}"""),
        ("100,000 rows of nothing", () => "{\"rows\":[" + string.Join(",", Enumerable.Repeat("{}", 100_000)) + "]}"),
        ("a number of 100,000 digits", () => "{\"to\":" + new string('9', 100_000) + ",\"workers\":" + new string('9', 100_000) + "}"),
        ("40 MB of text", () => "{\"query\":\"" + new string('x', 40_000_000) + "\"}"),
        ("half a surrogate pair", () => "{\"name\":\"\\ud800\",\"kind\":\"batch\"}"),
        ("nothing", () => ""),
        ("null", () => "null"),
    ];

    [Fact]
    public async Task EveryRouteThatTakesABody_BodiesWithoutMeasure_AreRefusedSoonAndInWords()
    {
        using var client = app.Client(app.Host.FunctionKey);
        var faults = new List<string>();
        foreach (var (name, make) in s_bodies)
        {
            var body = make();
            foreach (var (method, route) in Routes())
            {
                var watch = Stopwatch.StartNew();
                using var request = new HttpRequestMessage(method, new Uri(route, UriKind.Relative)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
                try
                {
                    using var answer = await client.SendAsync(request);
                    var text = await answer.Content.ReadAsStringAsync();
                    if ((int)answer.StatusCode is < 400 or >= 500 && !IgnoresItsBody(route))
                        faults.Add($"{method} {route}, {name}: {(int)answer.StatusCode} {text[..Math.Min(200, text.Length)]}");
                    if (text.Length > 200_000)
                        faults.Add($"{method} {route}, {name}: an answer of {text.Length} characters");
                }
                catch (HttpRequestException e) when (e.InnerException is IOException && body.Length > 1_000_000)
                {
                    // The server closes the connection on who goes on sending what it has refused.
                }
                if (watch.Elapsed > TimeSpan.FromSeconds(20))
                    faults.Add($"{method} {route}, {name}: {watch.Elapsed}");
            }
        }

        Assert.True(faults.Count == 0, string.Join("\n", faults));
    }

    // They say all in their address.
    private static bool IgnoresItsBody(string route) => route.EndsWith("/compact", StringComparison.Ordinal) || route.EndsWith("/pause", StringComparison.Ordinal) || route.EndsWith("/resume", StringComparison.Ordinal);

    private static IEnumerable<(HttpMethod Method, string Route)> Routes() =>
        from type in typeof(PipelineApp).Assembly.GetTypes()
        from function in type.GetMethods()
        where function.IsDefined(typeof(FunctionAttribute))
        let trigger = function.GetParameters().Select(p => p.GetCustomAttribute<HttpTriggerAttribute>()).FirstOrDefault(t => t is not null)
        where trigger is not null
        from method in trigger.Methods ?? []
        where method is "post" or "put"
        select (HttpMethod.Parse(method), Parameter().Replace(trigger.Route!, match => match.Value.Contains(":int", StringComparison.Ordinal) ? "1" : "nothing"));

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}
