using Pipeline.Simulation.Output;

namespace Pipeline.Simulation.Running;

/// <summary>The state of simulations that run on this host, kept between the legs of each, up to a bound: what does not fit, or was on
/// another host, is made again from the last checkpoint.</summary>
internal sealed class WarmGroups
{
    /// <summary>Bytes that are kept at most: a quarter of the memory that the process may use.</summary>
    public static readonly long MaxBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

    private readonly Lock _changing = new();
    private readonly LinkedList<(string Key, RankGroup Group, long Bytes)> _kept = [];

    /// <summary>Takes a group out, so that nobody else has it.</summary>
    public RankGroup? Take(string job, string run, int host, int attempt)
    {
        lock (_changing)
        {
            var key = Key(job, run, host, attempt);
            for (var node = _kept.First; node is not null; node = node.Next)
            {
                if (node.Value.Key != key)
                    continue;
                _kept.Remove(node);
                return node.Value.Group;
            }
            return null;
        }
    }

    /// <summary>Keeps a group; the ones that were used least recently go.</summary>
    public void Keep(string job, string run, int host, int attempt, RankGroup group)
    {
        // Twice its state: programs have buffers of the same size besides.
        var bytes = 2 * Size.Of(group);
        lock (_changing)
        {
            _kept.AddLast((Key(job, run, host, attempt), group, bytes));
            var sum = _kept.Sum(k => k.Bytes);
            while (sum > MaxBytes && _kept.First is { } oldest)
            {
                sum -= oldest.Value.Bytes;
                _kept.RemoveFirst();
            }
        }
    }

    private static string Key(string job, string run, int host, int attempt) => $"{job}/{run}/{host}/{attempt}";

    private sealed class Size : IArchive
    {
        private long _bytes;

        public bool IsRestoring => false;

        public static long Of(RankGroup group)
        {
            var size = new Size();
            foreach (var program in group.Programs)
                program.State(size);
            return size._bytes;
        }

        public void Array<T>(string name, Grids.Window window, Span<T> data, int stride = 0) where T : unmanaged =>
            _bytes += (long)window.Count * Ranks.MessageBuffer.ElementType<T>.Size;

        public void Value<T>(string name, ref T value) where T : unmanaged => _bytes += Ranks.MessageBuffer.ElementType<T>.Size;
    }
}
