using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Pipeline.Storage;

namespace Pipeline.Embedded.Cli.Doctor;

/// <summary>An account of Azure Blob storage, or Azurite.</summary>
internal static class AccountChecks
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static async Task<IReadOnlyList<Finding>> LookAsync(string area, StorageAccountSettings account, TimeProvider time, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        var azurite = account.ConnectionString?.Contains("UseDevelopmentStorage=true", StringComparison.OrdinalIgnoreCase) == true;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        var address = account.Name;
        try
        {
            // What does not answer at once is the finding.
            var client = account.CreateClient(retries: 0);
            address = $"{client.Uri} ({account.Name})";
            var (container, response) = await FirstContainerAsync(client, limit.Token);
            findings.Add(Finding.Ok(area, account.Name, $"{client.Uri} answers"));
            if (response.Headers.Date is { } there)
                findings.Add(AppChecks.Clock(area, there, time));
            findings.Add(await LookAtContainersAsync(area, client, container, limit.Token));
        }
        catch (StorageException e)
        {
            findings.Add(Finding.Fault(area, account.Name, e.Message.ReplaceLineEndings(" "), "Correct the setting, or take it away: objects are then kept in a directory."));
        }
        catch (RequestFailedException e)
        {
            findings.Add(Finding.Fault(area, account.Name, $"{address}: {Reason(e)}", Cure(e, account, azurite)));
        }
        catch (Exception e) when (e is Azure.Identity.AuthenticationFailedException or AggregateException)
        {
            var cause = e is AggregateException { InnerException: { } inner } ? inner : e;
            findings.Add(Finding.Fault(area, account.Name, $"{address}: {FirstLine(cause)}", cause is Azure.Identity.AuthenticationFailedException
                ? "Sign in (az login), or have the app run where its managed identity is; NAME__clientId picks a user-assigned one."
                : Unreachable(azurite)));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            findings.Add(Finding.Fault(area, account.Name, $"{address} does not answer within {Patience.TotalSeconds} s", Unreachable(azurite)));
        }
        return findings;
    }

    private static async Task<(string? Container, Response Response)> FirstContainerAsync(BlobServiceClient client, CancellationToken cancellationToken)
    {
        await foreach (var page in client.GetBlobContainersAsync(cancellationToken: cancellationToken).AsPages(pageSizeHint: 1))
            return (page.Values is [var first, ..] ? first.Name : null, page.GetRawResponse());
        throw new InvalidOperationException("A listing has at least one page.");
    }

    // To make a container that is there is refused for that if it is allowed, and as forbidden if not. Nothing changes either way.
    private static async Task<Finding> LookAtContainersAsync(string area, BlobServiceClient client, string? container, CancellationToken cancellationToken)
    {
        if (container is null)
            return Finding.Ok(area, "containers", "none yet; the first start makes them");
        try
        {
            await client.GetBlobContainerClient(container).CreateAsync(cancellationToken: cancellationToken);
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerAlreadyExists || e.Status == 409)
        {
            return Finding.Ok(area, "containers", "may be made");
        }
        catch (RequestFailedException e) when (e.Status is 401 or 403)
        {
            return Finding.Fault(area, "containers", $"may be listed but not made ({e.ErrorCode})", "Give the identity the role Storage Blob Data Owner of the account, or use a key or SAS that may create containers.");
        }
        return Finding.Warning(area, "containers", $"'{container}' was deleted by somebody at this moment, and made anew by this check", "Look whether somebody is cleaning up the account.");
    }

    private static string Reason(RequestFailedException e) =>
        e.Status == 0 ? FirstLine(e.InnerException ?? e) : $"{e.Status} {(string.IsNullOrEmpty(e.ErrorCode) ? FirstLine(e) : e.ErrorCode)}";

    private static string Cure(RequestFailedException e, StorageAccountSettings account, bool azurite) => e switch
    {
        { Status: 0 } => Unreachable(azurite),
        { ErrorCode: "InvalidHeaderValue" } => "This Azurite is older than the client: start it with --skipApiVersionCheck.",
        { ErrorCode: "AuthenticationFailed" } => "Check the account key (or SAS) of the connection string, and this machine's clock: signatures are good for 15 minutes.",
        { Status: 401 or 403 } when account.ConnectionString is null => "Give the identity the role Storage Blob Data Owner of the account; a new role takes some minutes. Is the account open to this network?",
        { Status: 401 or 403 } => "Check the account key (or SAS) of the connection string, and whether the account is open to this network.",
        { Status: 404 } => "Check the account's name.",
        _ => "Try again, and look at the account's state in the Azure portal.",
    };

    private static string Unreachable(bool azurite) => azurite
        ? "Start Azurite: npx azurite --skipApiVersionCheck. Or take the setting away: objects are then kept in a directory."
        : "Check the account's name, this machine's network and DNS, and the account's firewall.";

    private static string FirstLine(Exception e) => (e is AggregateException { InnerException: { } inner } ? inner : e).Message.Split('\n')[0].Trim();
}
