namespace Pipeline.Storage;

/// <summary>A file that programs read by name is not of the format that its name promises.</summary>
/// <param name="path">The file.</param>
/// <param name="reason">What is wrong with it, as sentences.</param>
/// <param name="innerException">What revealed it.</param>
public sealed class DamagedFileException(string path, string reason, Exception? innerException = null)
    : StorageException($"'{path}' cannot be read: {reason} Nothing was written.", innerException);
