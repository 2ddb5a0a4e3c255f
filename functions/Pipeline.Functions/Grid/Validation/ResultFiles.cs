using System.Security.Cryptography;
using Pipeline.Grid.Applications;
using Pipeline.Grid.State;
using Pipeline.Grid.Units;
using Pipeline.Storage;

namespace Pipeline.Grid.Validation;

/// <summary>Reads the files of results, as far as they are what was reported.</summary>
internal sealed class ResultFiles(IObjectStore store)
{
    /// <returns>The bytes and what they say; null for what is no result: missing, not what was reported, or malformed.</returns>
    public async Task<(byte[] Bytes, ResultTable Table)?> TryReadAsync(IGridApplication application, JobRow job, WorkUnit unit, UnitResult result, CancellationToken cancellationToken)
    {
        var path = GridFiles.Result(new ResultId(unit.JobId, job.Setup.Run, unit.Setup.Number, result.Ordinal));
        try
        {
            if (await store.FindAsync(GridFiles.Container, path, cancellationToken) is not { } info || info.Length != result.Bytes)
                return null;
            var bytes = new byte[result.Bytes];
            if (await store.ReadRangeAsync(GridFiles.Container, path, 0, bytes, null, cancellationToken) != bytes.Length || Convert.ToHexStringLower(SHA256.HashData(bytes)) != result.Sha256)
                return null;
            return (bytes, application.Read(bytes));
        }
        catch (Exception e) when (e is ObjectNotFoundException or InvalidDataException)
        {
            return null;
        }
    }
}
