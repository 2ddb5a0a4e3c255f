using System.Globalization;
using Microsoft.Extensions.Configuration;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>Reads when datasets are compacted: <c>PipelineCompactionMinFiles</c>, <c>PipelineCompactionTargetSize</c> and
/// <c>PipelineCompactionGrace</c>.</summary>
internal static class CompactionSettings
{
    /// <summary>The options; where a setting is missing, the usual.</summary>
    /// <exception cref="StorageException">A setting makes no sense.</exception>
    public static CompactionOptions Read(IConfiguration configuration)
    {
        var options = new CompactionOptions();
        if (configuration["PipelineCompactionMinFiles"] is { Length: > 0 } files)
        {
            options = options with
            {
                MinFiles = int.TryParse(files, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 2
                    ? number : throw Fault("PipelineCompactionMinFiles", files, "a whole number above 1"),
            };
        }

        if (configuration["PipelineCompactionTargetSize"] is { Length: > 0 } size)
            options = options with { TargetBytes = ByteSize.TryParse(size, out var bytes) && bytes > 0 ? bytes : throw Fault("PipelineCompactionTargetSize", size, "a size such as 128MB") };
        if (configuration["PipelineCompactionGrace"] is { Length: > 0 } grace)
            options = options with { Grace = Duration.TryParse(grace, out var time) ? time : throw Fault("PipelineCompactionGrace", grace, "a duration such as 1h") };
        return options;
    }

    private static StorageException Fault(string name, string value, string wanted) => new($"The setting {name} is '{value}'; it must be {wanted}.");
}
