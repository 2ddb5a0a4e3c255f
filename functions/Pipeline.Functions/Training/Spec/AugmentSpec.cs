using Pipeline.Jobs;

namespace Pipeline.Training;

/// <summary>How training images are varied, each time they are looked at. What a sample becomes follows from the seed, the epoch and
/// the sample, so that it does not depend on who looks at it.</summary>
/// <param name="Shift">Pixels that an image is moved by at most, across and down.</param>
/// <param name="Flip">Whether every other image is mirrored.</param>
public sealed record AugmentSpec(int Shift, bool Flip)
{
    internal static AugmentSpec Read(SpecReader reader)
    {
        var augment = new AugmentSpec(
            (int)reader.Integer("shift", 0, 64, 0, "Pixels that an image is moved by at most, across and down."),
            reader.Flag("flip", false, "Whether every other image is mirrored."));
        reader.End();
        return augment;
    }
}
