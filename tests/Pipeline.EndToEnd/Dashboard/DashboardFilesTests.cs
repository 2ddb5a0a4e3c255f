using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Pipeline.EndToEnd.Fixtures;

namespace Pipeline.EndToEnd.Dashboard;

/// <summary>The files of the page over HTTP; no browser is needed.</summary>
public sealed partial class DashboardFilesTests
{
    [Fact]
    public async Task Get_FilesOfThePage_ComeWithoutKeyAndWithAStrictPolicy()
    {
        await using var app = await RunningApp.StartAsync();
        using var anybody = new HttpClient { BaseAddress = app.Http.BaseAddress };
        foreach (var (path, type) in new[] { ("", "text/html"), ("script/app.js", "text/javascript"), ("style/page.css", "text/css"), ("icon.svg", "image/svg+xml") })
        {
            using var response = await anybody.GetAsync(new Uri(path, UriKind.Relative));

            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
            var policy = response.Headers.GetValues("Content-Security-Policy").Single();
            Assert.All(["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"], part => Assert.Contains(part, policy, StringComparison.Ordinal));
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        }
        using var api = await anybody.GetAsync(new Uri("api/jobs", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Unauthorized, api.StatusCode);
    }

    [Fact]
    public async Task Get_WithTheTagOfTheLastAnswer_IsNotModified()
    {
        await using var app = await RunningApp.StartAsync();
        using var first = await app.Http.GetAsync(new Uri("script/app.js", UriKind.Relative));
        using var again = new HttpRequestMessage(HttpMethod.Get, "script/app.js") { Headers = { IfNoneMatch = { first.Headers.ETag! } } };

        using var second = await app.Http.SendAsync(again);

        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Empty(await second.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Get_BrotliAccepted_IsSmallerAndHasAnotherTag()
    {
        await using var app = await RunningApp.StartAsync();
        using var plain = await app.Http.GetAsync(new Uri("style/page.css", UriKind.Relative));
        using var asked = new HttpRequestMessage(HttpMethod.Get, "style/page.css") { Headers = { AcceptEncoding = { new StringWithQualityHeaderValue("br") } } };

        using var compressed = await app.Http.SendAsync(asked);

        Assert.Equal("br", compressed.Content.Headers.ContentEncoding.Single());
        Assert.NotEqual(plain.Headers.ETag, compressed.Headers.ETag);
        Assert.True((await compressed.Content.ReadAsByteArrayAsync()).Length < (await plain.Content.ReadAsByteArrayAsync()).Length / 2);
    }

    [Fact]
    public async Task Get_WhatThereIsNot_Is404()
    {
        await using var app = await RunningApp.StartAsync();
        foreach (var (path, type) in new[] { ("api/nothing", "application/problem+json"), ("nothing.html", "text/plain") })
        {
            using var response = await app.Http.GetAsync(new Uri(path, UriKind.Relative));

            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
        }
    }

    [Fact]
    public async Task Files_WhatTheyName_IsServed()
    {
        await using var app = await RunningApp.StartAsync();
        var (seen, open) = (new HashSet<string>(), new Queue<string>(["index.html"]));
        while (open.TryDequeue(out var path))
        {
            if (!seen.Add(path))
                continue;
            using var response = await app.Http.GetAsync(new Uri(path, UriKind.Relative));
            Assert.True(response.IsSuccessStatusCode, $"{path} is named by another file, but not served.");
            var text = await response.Content.ReadAsStringAsync();
            foreach (Match match in Named().Matches(text))
            {
                var from = path.EndsWith(".html", StringComparison.Ordinal) ? "index.html" : path;
                open.Enqueue(new Uri(new Uri($"http://page/{from}"), match.Groups["name"].Value).AbsolutePath[1..]);
            }
        }

        // Views are opened by name, so that nothing names their files but the table of views.
        Assert.Contains("script/parts/common.js", seen);
        Assert.True(seen.Count >= 8, string.Join(", ", seen));
    }

    [GeneratedRegex("""(?:from |import\(|href=|src=)["'](?<name>[\w./-]+\.(?:js|css|svg))["']""")]
    private static partial Regex Named();
}
