namespace Pipeline.Simulation.Programs;

/// <summary>A size of NAS EP with its official sums.</summary>
/// <param name="Name">The class.</param>
/// <param name="LogPairs">The binary logarithm of the number of pairs.</param>
/// <param name="SumX">The sum of the first numbers of the pairs.</param>
/// <param name="SumY">Of the second ones.</param>
internal sealed record NasEpClass(string Name, int LogPairs, double SumX, double SumY)
{
    public const int PairsPerBlock = 1 << 16;

    public static readonly NasEpClass[] All =
    [
        new("S", 24, -3.247834652034740e3, -6.958407078382297e3),
        new("W", 25, -2.863319731645753e3, -6.320053679109499e3),
        new("A", 28, -4.295875165629892e3, -1.580732573678431e4),
    ];

    public int Blocks => 1 << (LogPairs - 16);
}
