using System.Diagnostics;
using System.Globalization;
using Pipeline.Embedded.Cli.Rendering;

namespace Pipeline.Embedded.Cli.Doctor;

/// <summary>An app that answers, here or elsewhere.</summary>
internal static class AppChecks
{
    private const string Area = "app";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Signatures of storage and tokens are refused at a quarter of an hour; half of that is worth a word.</summary>
    public static readonly TimeSpan WorstSkew = TimeSpan.FromMinutes(15);
    public static readonly TimeSpan BadSkew = TimeSpan.FromMinutes(2);

    /// <summary>Whether a Pipeline answers at an address: its own page says so.</summary>
    public static async Task<bool> IsPipelineAsync(Uri url, CancellationToken cancellationToken)
    {
        using var http = Client(url, key: null);
        try
        {
            return (await http.GetStringAsync(new Uri("", UriKind.Relative), cancellationToken)).Contains("<title>Pipeline</title>", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    /// <summary>Looks at the app of <c>--url</c>: that it answers, that it is one, that the key opens it, that the clocks agree.</summary>
    public static async Task<IReadOnlyList<Finding>> LookAsync(Uri url, string? key, TimeProvider time, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        using var http = Client(url, key);
        var watch = Stopwatch.StartNew();
        try
        {
            using var response = await http.GetAsync(new Uri("api/jobs?top=1", UriKind.Relative), cancellationToken);
            findings.Add(Finding.Ok(Area, "address", $"{url} answers within {Shown.Duration(watch.Elapsed)}"));
            findings.Add(await LookAtKeyAsync(response, url, cancellationToken));
            if (key is not null && url.Scheme == Uri.UriSchemeHttp && !url.IsLoopback)
                findings.Add(Finding.Warning(Area, "encryption", $"the key goes to {url} unencrypted", "Use https."));
            if (response.Headers.Date is { } there)
                findings.Add(Clock(Area, there, time));
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException)
        {
            var fault = AppFaults.Unreachable(url, e);
            findings.Add(Finding.Fault(Area, "address", fault.Detail, "Check the address and that the app runs; on Azure, that your network may reach it."));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            findings.Add(Finding.Fault(Area, "address", $"{url} does not answer within {Patience.TotalSeconds} s", "Check the address, and the app's log: it may still be starting."));
        }
        return findings;
    }

    /// <summary>How far a clock elsewhere is from this one.</summary>
    public static Finding Clock(string area, DateTimeOffset there, TimeProvider time)
    {
        var skew = (time.GetUtcNow() - there).Duration();
        var detail = string.Create(CultureInfo.InvariantCulture, $"{Shown.Duration(skew)} apart");
        const string Cure = "Set this machine's clock: timedatectl set-ntp true, or 'w32tm /resync' on Windows.";
        // The header has whole seconds.
        return skew >= WorstSkew ? Finding.Fault(area, "clock", $"{detail}: signatures will be refused", Cure)
            : skew >= BadSkew ? Finding.Warning(area, "clock", detail, Cure)
            : Finding.Ok(area, "clock", "agrees with this machine's");
    }

    private static async Task<Finding> LookAtKeyAsync(HttpResponseMessage response, Uri url, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode && response.Content.Headers.ContentType?.MediaType == "application/json")
            return Finding.Ok(Area, "key", "accepted");
        var fault = await AppFaults.ReadAsync(response, url, cancellationToken);
        return Finding.Fault(Area, "key", fault.Detail, fault.Advice ?? "See the app's log.");
    }

    private static HttpClient Client(Uri url, string? key)
    {
        var http = PipelineClient.CreateHttp(url, key);
        http.Timeout = Patience;
        return http;
    }
}
