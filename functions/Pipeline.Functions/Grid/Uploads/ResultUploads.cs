using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Wire;
using Pipeline.Storage;

namespace Pipeline.Grid.Uploads;

/// <summary>
/// Takes the files of results, part by part, over any number of instances: each part is an object of its own, named by its place, and the
/// whole is joined by one atomic write once its checksum is right. What arrived before a connection broke is kept.
/// </summary>
/// <remarks>Parts lie in <c>uploads/{job}/{result}/{sha256}/{offset}</c> of the container <c>grid</c>, results in
/// <c>results/{job}/{result}</c>. A host that promises another checksum begins anew, and what there was of the former goes.</remarks>
public sealed class ResultUploads(IObjectStore store, IGridScheduler scheduler, TimeProvider time)
{
    /// <summary>Bytes that one part may have.</summary>
    public const int MaxPartBytes = 4 << 20;

    // A file in crumbs would cost a listing more than its bytes.
    private const int MaxParts = 1_000;
    private const int ReadBytes = 64 * 1024;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>How far an upload is.</summary>
    /// <param name="assignment">The result's task, which is the caller's and open.</param>
    /// <param name="sha256">The checksum of the whole file, which tells one upload from another.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<UploadState> StateAsync(Assignment assignment, string sha256, CancellationToken cancellationToken)
    {
        if (await JoinedLengthAsync(assignment, sha256, cancellationToken) is { } length)
            return new UploadState(assignment.ResultId, length, Complete: true);
        var (_, offset) = await PartsAsync(assignment, sha256, cancellationToken);
        return new UploadState(assignment.ResultId, offset, Complete: false);
    }

    /// <summary>Takes one part.</summary>
    /// <param name="host">The host.</param>
    /// <param name="assignment">The result's task, which is the host's and open.</param>
    /// <param name="sha256">The checksum of the whole file.</param>
    /// <param name="range">Which bytes the body holds.</param>
    /// <param name="body">The bytes.</param>
    /// <param name="cancellationToken">Gives up. It must not be the connection's: what came over one that broke is kept.</param>
    internal async Task<UploadState> PutAsync(HostKey host, Assignment assignment, string sha256, UploadRange range, Stream body, CancellationToken cancellationToken)
    {
        if (range.Total > assignment.MaxResultBytes)
            throw new UploadRefusedException(StatusCodes.Status413PayloadTooLarge, $"The file has {range.Total} bytes; a result of this work unit may have {assignment.MaxResultBytes}.");
        if (range.Length > MaxPartBytes)
            throw new UploadRefusedException(StatusCodes.Status413PayloadTooLarge, $"The part has {range.Length} bytes; send at most {MaxPartBytes} at a time.");
        var (parts, offset) = await PartsAsync(assignment, sha256, cancellationToken);
        if (range.Offset != offset)
            throw new UploadRefusedException(StatusCodes.Status409Conflict, $"The upload stands at byte {offset}; go on from there.", offset);
        if (parts.Count >= MaxParts)
        {
            await RemoveAsync(Folder(assignment), keep: null, cancellationToken);
            throw new UploadRefusedException(StatusCodes.Status409Conflict, "The upload came in too many small parts, and begins anew. Send larger ones.", 0);
        }

        var (bytes, problem) = await ReadAsync(body, range.Length, cancellationToken);
        if (bytes.Length > 0)
        {
            if (problem is null && parts.Count == 0 && range.IsLast)
                return await FinishAsync(host, assignment, sha256, bytes.Length, new MemoryStream(bytes.ToArray()), Convert.ToHexStringLower(SHA256.HashData(bytes.Span)) == sha256, cancellationToken);
            parts = [.. parts, await StoreAsync(assignment, sha256, range.Offset, bytes, cancellationToken)];
        }
        if (problem is not null)
            throw new UploadRefusedException(StatusCodes.Status400BadRequest, problem, range.Offset + bytes.Length);
        if (!range.IsLast)
            return new UploadState(assignment.ResultId, range.Offset + range.Length, Complete: false);
        await using var joined = new VerifiedStream(store, GridFiles.Container, [.. parts.Select(p => p.Path)], sha256);
        return await FinishAsync(host, assignment, sha256, range.Total, joined, checksumIsRight: true, cancellationToken);
    }

    /// <summary>Whether the file that a host reports is there.</summary>
    internal async Task<bool> IsThereAsync(Assignment assignment, long length, CancellationToken cancellationToken) =>
        await store.FindAsync(GridFiles.Container, GridFiles.Result(assignment.JobId, assignment.ResultId), cancellationToken) is { } found && found.Length == length;

    private static string Folder(Assignment assignment) => GridFiles.Upload(assignment.JobId, assignment.ResultId);

    private async Task<UploadState> FinishAsync(HostKey host, Assignment assignment, string sha256, long length, Stream content, bool checksumIsRight, CancellationToken cancellationToken)
    {
        await using var owned = content;
        try
        {
            if (!checksumIsRight)
                throw new InvalidDataException("The file does not have the checksum that was promised.");
            // Asked again, for a slow upload may have outlived its task: what was reported must not change any more.
            if (await scheduler.AssignmentAsync(host, assignment.ResultId, cancellationToken) is null)
                throw new UploadRefusedException(StatusCodes.Status404NotFound, "The result is no longer open.");
            await store.WriteAsync(GridFiles.Container, GridFiles.Result(assignment.JobId, assignment.ResultId), content, WriteCondition.None, cancellationToken);
        }
        catch (InvalidDataException)
        {
            await RemoveAsync(Folder(assignment), keep: null, cancellationToken);
            throw new UploadRefusedException(StatusCodes.Status400BadRequest, $"The bytes do not have the SHA-256 {sha256}. The upload begins anew.", 0);
        }
        await RemoveAsync(Folder(assignment), keep: null, cancellationToken);
        return new UploadState(assignment.ResultId, length, Complete: true);
    }

    private async Task<ObjectInfo> StoreAsync(Assignment assignment, string sha256, long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var session = $"{Folder(assignment)}{sha256}/";
        if (offset == 0)
            await RemoveAsync(Folder(assignment), keep: session, cancellationToken);
        using var content = new MemoryStream(bytes.ToArray());
        try
        {
            return await store.WriteAsync(GridFiles.Container, string.Create(CultureInfo.InvariantCulture, $"{session}{offset:D15}"), content, WriteCondition.IfAbsent, cancellationToken);
        }
        catch (ConditionFailedException)
        {
            throw new UploadRefusedException(StatusCodes.Status409Conflict, "Another request is sending the same part. Ask where the upload stands.");
        }
    }

    // The parts that follow one another from the start, and where they end.
    private async Task<(IReadOnlyList<ObjectInfo> Parts, long Offset)> PartsAsync(Assignment assignment, string sha256, CancellationToken cancellationToken)
    {
        var session = $"{Folder(assignment)}{sha256}/";
        var (parts, offset) = (new List<ObjectInfo>(), 0L);
        await foreach (var part in store.ListAsync(GridFiles.Container, session, cancellationToken))
        {
            if (!long.TryParse(part.Path.AsSpan(session.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var at) || at != offset)
                break;
            parts.Add(part);
            offset += part.Length;
        }
        return (parts, offset);
    }

    private async Task<long?> JoinedLengthAsync(Assignment assignment, string sha256, CancellationToken cancellationToken)
    {
        var path = GridFiles.Result(assignment.JobId, assignment.ResultId);
        if (await store.FindAsync(GridFiles.Container, path, cancellationToken) is not { } found)
            return null;
        await using var stream = await store.OpenReadAsync(GridFiles.Container, path, cancellationToken);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken)) == sha256 ? found.Length : null;
    }

    private async Task RemoveAsync(string prefix, string? keep, CancellationToken cancellationToken)
    {
        await foreach (var part in store.ListAsync(GridFiles.Container, prefix, cancellationToken))
        {
            if (keep is null || !part.Path.StartsWith(keep, StringComparison.Ordinal))
                await store.DeleteAsync(GridFiles.Container, part.Path, cancellationToken);
        }
    }

    // What arrived, and why it is not all: a body that ends early or is too long, a connection that broke, or one that is too slow.
    private async Task<(ReadOnlyMemory<byte> Bytes, string? Problem)> ReadAsync(Stream body, long length, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(s_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        var buffer = new byte[(int)Math.Min(length, ReadBytes)];
        var filled = 0;
        try
        {
            while (filled < length)
            {
                // Memory follows what has come, not what was announced.
                if (filled == buffer.Length)
                    Array.Resize(ref buffer, (int)Math.Min(length, buffer.Length * 2L));
                var read = await body.ReadAsync(buffer.AsMemory(filled), either.Token);
                if (read == 0)
                    return (buffer.AsMemory(0, filled), $"The body ended after {filled} of {length} bytes.");
                filled += read;
            }
            return await body.ReadAsync(new byte[1], either.Token) == 0
                ? (buffer.AsMemory(0, filled), null)
                : (ReadOnlyMemory<byte>.Empty, $"The body has more than the {length} bytes of its Content-Range.");
        }
        catch (Exception e) when (e is IOException or ConnectionAbortedException or OperationCanceledException or BadHttpRequestException)
        {
            return (buffer.AsMemory(0, filled), $"The connection broke after {filled} of {length} bytes.");
        }
    }
}
