using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Pipeline.Grid.Scheduling;

namespace Pipeline.Grid.Signing;

/// <summary>The bytes that the project signs: every field, each with its length or in a fixed width, so that no two different things have
/// the same bytes, behind a line that says what they are, so that a signature of one thing is none of another.</summary>
public static class SignedContent
{
    /// <summary>What is signed of an application.</summary>
    public static byte[] Of(ApplicationVersion application) => new Writer("pipeline-grid-application-1")
        .Text(application.Name)
        .Whole(application.Version)
        .ToArray();

    /// <summary>What is signed of a task. Input and shared files are in it by their hashes.</summary>
    /// <param name="hostId">The host that the task is for: what one host was sent is not valid for another.</param>
    /// <param name="assignment">The task.</param>
    public static byte[] Of(string hostId, Assignment assignment)
    {
        var writer = new Writer("pipeline-grid-assignment-1")
            .Text(hostId)
            .Text(assignment.ResultId)
            .Text(assignment.JobId)
            .Text(assignment.UnitName)
            .Text(assignment.Application.Name)
            .Whole(assignment.Application.Version)
            .Text(assignment.InputPath)
            .Text(assignment.InputSha256)
            .Whole(assignment.Deadline.UtcTicks)
            .Whole(BitConverter.DoubleToInt64Bits(assignment.Flops))
            .Whole(assignment.MemoryBytes)
            .Whole(assignment.DiskBytes)
            .Whole(assignment.MaxResultBytes)
            .Whole(assignment.SharedFiles.Count);
        foreach (var file in assignment.SharedFiles)
            writer.Text(file.Name).Text(file.Path).Whole(file.Length).Text(file.Sha256);
        return writer.ToArray();
    }

    private sealed class Writer
    {
        private readonly ArrayBufferWriter<byte> _bytes = new(512);

        public Writer(string kind) => Text(kind);

        public Writer Text(string text)
        {
            Whole(Encoding.UTF8.GetByteCount(text));
            Encoding.UTF8.GetBytes(text, _bytes);
            return this;
        }

        public Writer Whole(long value)
        {
            BinaryPrimitives.WriteInt64LittleEndian(_bytes.GetSpan(sizeof(long)), value);
            _bytes.Advance(sizeof(long));
            return this;
        }

        public byte[] ToArray() => _bytes.WrittenSpan.ToArray();
    }
}
