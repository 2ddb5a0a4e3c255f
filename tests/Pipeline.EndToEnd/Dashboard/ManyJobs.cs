using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;

namespace Pipeline.EndToEnd.Dashboard;

/// <summary>Ten thousand jobs, answered in the app's place.</summary>
internal static class ManyJobs
{
    /// <summary>How many.</summary>
    public const int Count = 10_000;

    /// <summary>Answers with a page of them: the newest first, as the app does it.</summary>
    public static Task AnswerAsync(IRoute route)
    {
        var query = System.Web.HttpUtility.ParseQueryString(new Uri(route.Request.Url).Query);
        var (top, from) = (int.Parse(query["top"]!, CultureInfo.InvariantCulture), int.Parse(query["continuationToken"] ?? "0", CultureInfo.InvariantCulture));
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var jobs = Enumerable.Range(from, Math.Min(top, Count - from)).Select(i => Count - 1 - i).Select(i => new
        {
            id = $"many-{i:D5}",
            kind = "batch",
            name = $"job {i}",
            status = "Completed",
            createdAt = start.AddMinutes(i),
            updatedAt = start.AddMinutes(i + 1),
        });
        return route.FulfillAsync(new RouteFulfillOptions
        {
            ContentType = "application/json",
            Body = JsonSerializer.Serialize(new { jobs, continuationToken = from + top < Count ? (from + top).ToString(CultureInfo.InvariantCulture) : null }),
        });
    }
}
