namespace Pipeline.Grid.Applications;

/// <summary>A work unit as a client has it on its disk.</summary>
/// <param name="UnitName">The work unit's name.</param>
/// <param name="Input">Its input.</param>
/// <param name="SharedFilePaths">For the name of each shared file, the local path of its copy.</param>
public sealed record UnitPayload(string UnitName, ReadOnlyMemory<byte> Input, IReadOnlyDictionary<string, string> SharedFilePaths);
