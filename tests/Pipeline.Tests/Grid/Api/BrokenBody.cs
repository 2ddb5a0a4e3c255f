namespace Pipeline.Tests.Grid.Api;

/// <summary>A request's body whose connection breaks after some bytes, which come in small pieces.</summary>
internal sealed class BrokenBody(byte[] content, int breaksAfter, int piece = 7) : MemoryStream(content)
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Position == breaksAfter)
            throw new IOException("The client reset the connection.");
        return await base.ReadAsync(buffer[..Math.Min(Math.Min(piece, buffer.Length), breaksAfter - (int)Position)], cancellationToken);
    }
}
