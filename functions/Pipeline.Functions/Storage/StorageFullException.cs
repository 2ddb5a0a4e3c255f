namespace Pipeline.Storage;

/// <summary>There is no room left for what was to be written; what was there before is untouched.</summary>
public sealed class StorageFullException : StorageException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="what">What could not be written, as the subject of the message.</param>
    /// <param name="where">The directory or account that is full.</param>
    /// <param name="innerException">What the system said.</param>
    public StorageFullException(string what, string where, Exception? innerException = null)
        : base($"{what} could not be written: {where} is full or over its quota. Free some space there and run it again; " +
               "nothing that was stored before has changed.", innerException) => MayHeal = true;

    // ENOSPC, EFBIG and EDQUOT as .NET passes them on (Linux; macOS numbers its EDQUOT 69), and the two codes of Windows.
    internal static bool IsDiskFull(IOException exception) => OperatingSystem.IsWindows()
        ? (uint)exception.HResult is 0x80070070 or 0x80070027
        : exception.HResult is 28 or 27 || exception.HResult == (OperatingSystem.IsMacOS() ? 69 : 122);
}
