using System.Text.Json;
using Pipeline.Jobs;

namespace Pipeline.Embedded.Cli;

/// <summary>A spec as the user gave it: well-formed JSON, not yet checked any further. That is the app's part.</summary>
/// <param name="Json">The text as it is.</param>
/// <param name="Document">The same, read.</param>
/// <param name="Folder">The folder to look for data from.</param>
internal sealed record SpecFile(ReadOnlyMemory<byte> Json, JsonElement Document, string Folder)
{
    /// <summary>Reads a spec.</summary>
    /// <param name="argument">A path, or <c>-</c> for standard input.</param>
    /// <param name="environment">Where the path starts from, and standard input.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliException">There is no such file, it is too large or not well-formed.</exception>
    public static async Task<SpecFile> ReadAsync(string argument, CliEnvironment environment, CancellationToken cancellationToken)
    {
        var standardInput = argument == "-";
        var path = Path.GetFullPath(argument, environment.WorkingFolder);
        try
        {
            await using var stream = standardInput ? environment.OpenInput() : Open(argument, path);
            var json = await ReadBoundedAsync(stream, cancellationToken);
            return new SpecFile(json, JobSpec.ParseJson(json), standardInput ? environment.WorkingFolder : Path.GetDirectoryName(path)!);
        }
        catch (SpecException e)
        {
            throw new CliException(
                new CliFault(e.Type, "The spec was refused.", $"{(standardInput ? "Standard input" : argument)}: {e.Faults[0].Detail}", ExitCode.InvalidInput), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(CliFault.InvalidInput($"{argument} cannot be read: {e.Message}"), e);
        }
    }

    /// <summary>What it says it is; null where it does not say.</summary>
    public string? Kind => Member(Document, "kind") is { ValueKind: JsonValueKind.String } kind ? kind.GetString() : null;

    /// <summary>Whether it is a stream's: those are no jobs, and name a hub instead of a kind.</summary>
    public bool IsStream => Kind is "stream" || (Kind is null && Member(Document, "hub") is not null);

    /// <summary>Refuses what a verb cannot do with a spec of this kind.</summary>
    /// <param name="stream">Whether the verb is for streams; false for jobs.</param>
    /// <exception cref="CliException">It is of the other kind.</exception>
    public void Expect(bool stream)
    {
        if (stream && !IsStream && Kind is not null)
            throw new CliException(CliFault.InvalidInput($"This is the spec of a {Kind} job, not of a stream.", "Run it with 'run SPEC', or start it with 'submit SPEC'."));
        if (!stream && IsStream)
            throw new CliException(CliFault.InvalidInput("This is the spec of a stream, not of a job.", "Make the stream with 'stream apply FILE', or run it over given events with 'run SPEC --events FILE'."));
    }

    /// <summary>The datasets that the spec names, as tables, input or data, each once, in order; empty where there are none to be seen.</summary>
    public IReadOnlyList<string> Datasets()
    {
        var names = new List<string>();
        if (Member(Document, "tables") is { ValueKind: JsonValueKind.Object } tables)
            names.AddRange(tables.EnumerateObject().Where(t => t.Value.ValueKind == JsonValueKind.String).Select(t => t.Value.GetString()!));
        Add(Member(Document, "dataset"));
        Add(Member(Member(Document, "data"), "dataset"));
        Add(Member(Member(Member(Document, "data"), "validation"), "dataset"));
        Add(Member(Document, "input"));
        Add(Member(Member(Document, "input"), "dataset"));
        return [.. names.Distinct(StringComparer.Ordinal)];

        void Add(JsonElement? name)
        {
            if (name is { ValueKind: JsonValueKind.String } text)
                names.Add(text.GetString()!);
        }
    }

    /// <summary>The files that programs read by name and that the spec names: its input and parameters. Each is <c>folder/…/file</c>.</summary>
    public IReadOnlyList<string> Files() =>
        [.. new[] { Member(Member(Document, "input"), "file"), Member(Member(Document, "parameters"), "reference"), Member(Member(Document, "parameters"), "matrix"), Member(Member(Document, "parameters"), "right") }
            .Where(name => name is { ValueKind: JsonValueKind.String }).Select(name => name!.Value.GetString()!).Where(name => name.Contains('/', StringComparison.Ordinal))];

    private static JsonElement? Member(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } found && found.TryGetProperty(name, out var value) ? value : null;

    private static FileStream Open(string argument, string path)
    {
        if (File.Exists(path))
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1, FileOptions.Asynchronous);
        if (Directory.Exists(path))
            throw new CliException(CliFault.NotFound($"{argument} is a folder, not a spec.", MissingFile.Hint("", path, "*.json")));
        throw MissingFile.Of($"There is no file {argument}.", path, "*.json", $"Try: new batch {argument}");
    }

    // One byte more than allowed is enough to know that it is too large; the rest, however long, stays unread.
    private static async Task<ReadOnlyMemory<byte>> ReadBoundedAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        var length = 0;
        int read;
        while ((read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken)) > 0)
        {
            length += read;
            if (length > JobSpec.MaxBytes)
                throw new SpecException("", $"It has more than {ByteSize.Format(JobSpec.MaxBytes)}, which is the most that is read. Put data into a dataset and name it.", ProblemTypes.TooLarge);
            if (length == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
        }
        return buffer.AsMemory(0, length);
    }
}
