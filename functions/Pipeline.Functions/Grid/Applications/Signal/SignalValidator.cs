namespace Pipeline.Grid.Applications.Signal;

/// <summary>
/// Results agree if they have the same detections at the same places, with powers that differ by no more than the rounding of
/// different processors. What is barely above its threshold on one may be below it on another, so either may lack it.
/// </summary>
internal sealed class SignalValidator(Func<ReadOnlyMemory<byte>, ResultTable> read) : IResultValidator
{
    /// <summary>How much powers may differ, as a part of them.</summary>
    public const double Tolerance = 1e-6;

    public bool Agree(ReadOnlyMemory<byte> one, ReadOnlyMemory<byte> other)
    {
        if (one.Span.SequenceEqual(other.Span))
            return true;
        try
        {
            var (ours, theirs) = (Detections(one), Detections(other));
            return ours.Keys.Concat(theirs.Keys).All(place => Agree(ours.GetValueOrDefault(place), theirs.GetValueOrDefault(place)));
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private static bool Agree(Detection? ours, Detection? theirs)
    {
        if (ours is not null && theirs is not null)
            return Near(ours.Power, theirs.Power) && Near(ours.Threshold, theirs.Threshold);
        var alone = (ours ?? theirs)!;
        return alone.Power <= alone.Threshold * (1 + Tolerance);
    }

    private Dictionary<(string, long, double, double, double, double?), Detection> Detections(ReadOnlyMemory<byte> result)
    {
        var found = new Dictionary<(string, long, double, double, double, double?), Detection>();
        foreach (var row in read(result).Rows)
        {
            // Places are reckoned from whole numbers, without rounding that could differ.
            var d = Detection.From(row);
            if (!found.TryAdd((d.Kind, d.Transform, d.Frequency, d.Drift, d.Time, d.Width), d))
                throw new InvalidDataException("A detection is there twice.");
        }
        return found;
    }

    private static bool Near(double one, double other) => Math.Abs(one - other) <= Tolerance * Math.Max(Math.Abs(one), Math.Abs(other));
}
