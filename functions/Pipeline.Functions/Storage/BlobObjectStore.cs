using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Identity;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Pipeline.Storage;

/// <summary>Objects as block blobs of an Azure Storage account, or of Azurite.</summary>
/// <remarks>The client library repeats requests that failed on the way; what reaches the caller has failed for good or too often.</remarks>
public sealed class BlobObjectStore : IObjectStore
{
    // At most this much of an upload is in memory: the library holds a block for each request under way.
    private const int BlockBytes = 8 << 20;
    private const int ParallelBlocks = 4;

    private const string WriteMark = "pipelinewrite";

    private readonly BlobServiceClient _service;
    private readonly ConcurrentDictionary<string, bool> _containers = new(StringComparer.Ordinal);

    /// <summary>Creates a store over an account.</summary>
    public BlobObjectStore(BlobServiceClient service)
    {
        ArgumentNullException.ThrowIfNull(service);
        _service = service;
    }

    /// <summary>The account's address.</summary>
    public Uri Account => _service.Uri;

    /// <summary>The options that the store's client should have.</summary>
    internal static BlobClientOptions ClientOptions() => new()
    {
        Retry = { MaxRetries = 5, MaxDelay = TimeSpan.FromSeconds(5) },
    };

    /// <inheritdoc/>
    public async Task<ObjectInfo?> FindAsync(string container, string path, CancellationToken ct)
    {
        var blob = Blob(container, path);
        try
        {
            BlobProperties found = await blob.GetPropertiesAsync(cancellationToken: ct);
            return IsFolder(found.Metadata)
                ? null
                : new ObjectInfo(container, path, found.ContentLength, Name(found.ETag), found.LastModified);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
        catch (Exception e) when (IsOfService(e))
        {
            throw Failure(e, "looked up", container, path);
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ObjectInfo> ListAsync(string container, string prefix, CancellationToken ct)
    {
        var client = Container(container);
        ObjectName.CheckPrefix(prefix);
        return ListAsync(client, prefix, ct);
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenReadAsync(string container, string path, CancellationToken ct)
    {
        var blob = Blob(container, path);
        try
        {
            // One request for the whole; where its connection breaks, the library goes on from there in the same version.
            var response = await blob.DownloadStreamingAsync(cancellationToken: ct);
            return response.Value.Content;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw new ObjectNotFoundException(container, path, e);
        }
        catch (Exception e) when (IsOfService(e))
        {
            throw Failure(e, "read", container, path);
        }
    }

    /// <inheritdoc/>
    public async Task<int> ReadRangeAsync(
        string container, string path, long offset, Memory<byte> buffer, string? ifMatch, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        var blob = Blob(container, path);
        var options = new BlobDownloadOptions
        {
            // A range of no bytes cannot be asked for; one byte shows as well whether the object is there and the same.
            Range = new HttpRange(offset, Math.Max(1, buffer.Length)),
            Conditions = ifMatch is null ? null : new BlobRequestConditions { IfMatch = new ETag(ifMatch) },
        };
        try
        {
            using BlobDownloadStreamingResult download = await blob.DownloadStreamingAsync(options, ct);
            return await download.Content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        }
        catch (RequestFailedException e) when (e.Status == 416)
        {
            return 0;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw new ObjectNotFoundException(container, path, e);
        }
        catch (RequestFailedException e) when (e.Status == 412)
        {
            throw ConditionFailedException.Changed(container, path, e);
        }
        catch (Exception e) when (IsOfService(e))
        {
            throw Failure(e, "read", container, path);
        }
    }

    /// <inheritdoc/>
    public async Task<ObjectInfo> WriteAsync(
        string container, string path, Stream content, WriteCondition condition, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(content);
        var blob = Blob(container, path);
        var options = UploadOptions(condition);
        var start = content.CanSeek ? content.Position : 0;
        var counted = content.CanSeek ? null : new CountingStream(content);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await MakeContainerAsync(container, ct);
                BlobContentInfo written = await blob.UploadAsync(counted ?? content, options, ct);
                var length = counted?.Count ?? content.Length - start;
                return new ObjectInfo(container, path, length, Name(written.ETag), written.LastModified);
            }
            catch (RequestFailedException e) when (e.Status == 412 || e.ErrorCode == BlobErrorCode.BlobAlreadyExists)
            {
                return await WrittenByAsync(options, blob, container, path, ct) ?? throw ConditionFailedException.Of(condition, container, path, e);
            }
            catch (RequestFailedException e) when (
                e.ErrorCode == BlobErrorCode.ContainerNotFound || e.ErrorCode == BlobErrorCode.InvalidBlockList)
            {
                // The container was deleted since we made it; or another writer came first, which discards our blocks.
                _containers.TryRemove(container, out _);
                if (!content.CanSeek || attempt == 5) throw ConditionFailedException.Changed(container, path, e);
                content.Position = start;
            }
            catch (Exception e) when (IsOfService(e))
            {
                throw Failure(e, "written", container, path);
            }
        }
    }

    /// <inheritdoc/>
    public async Task<bool> DeleteAsync(string container, string path, CancellationToken ct)
    {
        var blob = Blob(container, path);
        try
        {
            return await blob.DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: ct);
        }
        catch (Exception e) when (IsOfService(e))
        {
            throw Failure(e, "deleted", container, path);
        }
    }

    /// <inheritdoc/>
    public string? LocalPath(string container, string path)
    {
        ObjectName.CheckContainer(container);
        ObjectName.CheckPath(path);
        return null;
    }

    private BlobContainerClient Container(string container)
    {
        ObjectName.CheckContainer(container);
        return _service.GetBlobContainerClient(container);
    }

    private BlobClient Blob(string container, string path)
    {
        var client = Container(container);
        ObjectName.CheckPath(path);
        return client.GetBlobClient(path);
    }

    private static BlobUploadOptions UploadOptions(WriteCondition condition) => new()
    {
        Conditions = condition == WriteCondition.None ? null : new BlobRequestConditions
        {
            IfNoneMatch = condition.MustBeAbsent ? ETag.All : null,
            IfMatch = condition.ETag is { } etag ? new ETag(etag) : null,
        },
        Metadata = condition == WriteCondition.None ? null : new Dictionary<string, string> { [WriteMark] = Guid.NewGuid().ToString("N") },
        TransferOptions = new StorageTransferOptions
        {
            InitialTransferSize = BlockBytes,
            MaximumTransferSize = BlockBytes,
            MaximumConcurrency = ParallelBlocks,
        },
    };

    // Where the answer to a write is lost on the way, the library sends it again, and then its own first write is what stands
    // against the condition. The mark tells whose the blob is.
    private static async Task<ObjectInfo?> WrittenByAsync(BlobUploadOptions options, BlobClient blob, string container, string path, CancellationToken ct)
    {
        try
        {
            BlobProperties found = await blob.GetPropertiesAsync(cancellationToken: ct);
            return found.Metadata.TryGetValue(WriteMark, out var mark) && mark == options.Metadata?[WriteMark]
                ? new ObjectInfo(container, path, found.ContentLength, Name(found.ETag), found.LastModified)
                : null;
        }
        catch (RequestFailedException)
        {
            return null;
        }
    }

    private async Task MakeContainerAsync(string container, CancellationToken ct)
    {
        if (_containers.ContainsKey(container)) return;
        await Container(container).CreateIfNotExistsAsync(cancellationToken: ct);
        _containers[container] = true;
    }

    private async IAsyncEnumerable<ObjectInfo> ListAsync(
        BlobContainerClient container, string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        var options = new GetBlobsOptions { Prefix = prefix, Traits = BlobTraits.Metadata };
        await using var blobs = container.GetBlobsAsync(options, ct).GetAsyncEnumerator(ct);
        while (true)
        {
            try
            {
                if (!await blobs.MoveNextAsync()) yield break;
            }
            catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound)
            {
                yield break;
            }
            catch (Exception e) when (IsOfService(e))
            {
                throw Failure(e, "listed", container.Name, prefix);
            }

            var blob = blobs.Current;
            if (IsFolder(blob.Metadata)) continue;
            yield return new ObjectInfo(
                container.Name, blob.Name, blob.Properties.ContentLength ?? 0,
                Name(blob.Properties.ETag ?? default), blob.Properties.LastModified ?? default);
        }
    }

    // Accounts with a hierarchical namespace list folders as empty blobs with this mark.
    private static bool IsFolder(IDictionary<string, string>? metadata) =>
        metadata is not null && metadata.TryGetValue("hdi_isfolder", out var value) && value == "true";

    // Listings give the tag without the quotes that headers have.
    private static string Name(ETag etag) => etag.ToString("H");

    // The library gathers the failures of its attempts in an AggregateException.
    private static bool IsOfService(Exception e) =>
        e is RequestFailedException or AuthenticationFailedException || e is AggregateException a && a.InnerExceptions.All(IsOfService);

    private StorageException Failure(Exception e, string what, string container, string path)
    {
        var first = e is AggregateException all ? all.InnerExceptions[0] : e;
        var (reason, advice) = first switch
        {
            AuthenticationFailedException => (FirstLine(first),
                "Sign in (az login), or give the app a managed identity, and name the account in the settings."),
            RequestFailedException { Status: 401 or 403 } denied => ($"access was denied ({denied.ErrorCode ?? "no code"})",
                "Give the app's identity the role Storage Blob Data Contributor on the account, or check the account key."),
            RequestFailedException { Status: 0 } => (FirstLine(first),
                "Check that the account's name is right and that it, or Azurite, can be reached."),
            RequestFailedException failed => ($"{failed.Status} {failed.ErrorCode}", "Try again; if it stays, look at the account's health."),
            _ => (FirstLine(first), "Try again."),
        };
        return new StorageException(
            $"'{path}' in container '{container}' of {_service.Uri.Host} could not be {what}: {reason}. {advice}", e)
        {
            MayHeal = first is RequestFailedException { Status: 0 or 408 or 429 or >= 500 },
        };
    }

    private static string FirstLine(Exception e) => e.Message.AsSpan(0, (e.Message + "\n").IndexOf('\n')).TrimEnd("\r. ").ToString();
}
