using Pipeline.Grid.Wire;

namespace Pipeline.Embedded.Volunteer;

/// <summary>Uploads results in parts, each attempt from where the server stands.</summary>
internal sealed class ResultSender(GridClient client)
{
    private const int PartBytes = 1 << 20;

    /// <summary>Uploads a result, or as much of it as the server wants: what it makes of that, its answer to the report tells.</summary>
    /// <param name="task">The task, which has ended with a result.</param>
    /// <param name="retry">Repeats what a server that is away interrupts.</param>
    /// <param name="cancellationToken">Stops; what has arrived stays there.</param>
    public async Task SendAsync(HeldTask task, Retry retry, CancellationToken cancellationToken)
    {
        var (sha256, length) = (task.Outcome!.ResultSha256!, task.Outcome.ResultBytes);
        var result = await File.ReadAllBytesAsync(task.ResultPath, cancellationToken);
        try
        {
            // A file of one part is as soon sent as asked for.
            var state = length > PartBytes
                ? await retry.UntilAnsweredAsync(token => client.UploadStateAsync(task.Id, sha256, token), cancellationToken)
                : new UploadState(task.Id, 0, Complete: false);
            // A server that never gets on, or a file that the disk has spoilt, must not keep this going for ever.
            for (var attempts = 2 * (length / PartBytes) + 10; !state.Complete && attempts > 0; attempts--)
            {
                var from = (int)Math.Clamp(state.Offset, 0, length - 1);
                var part = result.AsMemory(from, (int)Math.Min(PartBytes, length - from));
                state = await retry.UntilAnsweredAsync(token => SendAsync(task.Id, sha256, from, length, part, token), cancellationToken);
            }
        }
        catch (ServerRefusedException e) when (!e.IsOfIdentity)
        {
            // It has no use for it any more.
        }
    }

    private async Task<UploadState> SendAsync(string resultId, string sha256, long from, long length, ReadOnlyMemory<byte> part, CancellationToken cancellationToken)
    {
        try
        {
            return await client.UploadAsync(resultId, sha256, from, length, part, cancellationToken);
        }
        catch (ServerAwayException)
        {
            // Some of it may have arrived: the next attempt asks.
            var state = await client.UploadStateAsync(resultId, sha256, cancellationToken);
            return state.Complete || state.Offset > from ? state : throw new ServerAwayException("An upload was cut off.");
        }
        catch (ServerRefusedException e) when (e.UploadOffset is not null && e.UploadOffset != from)
        {
            return new UploadState(resultId, e.UploadOffset.Value, Complete: false);
        }
    }
}
