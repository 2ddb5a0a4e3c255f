using System.Numerics;

namespace Pipeline.Grid.Applications.Alignment;

/// <summary>How scores stand in the lanes of a vector: shifted by the type's minimum, so that saturation at the minimum is local
/// alignment's floor of zero, at no cost.</summary>
internal static class LaneElements
{
    /// <summary>The highest score of 16-bit lanes that is surely not cut off.</summary>
    public const int MaxScore = ushort.MaxValue - 1;

    /// <summary>The highest score of lanes of a type that is surely not cut off.</summary>
    public static int Highest<T>() where T : struct, IBinaryInteger<T>, IMinMaxValue<T> => int.CreateChecked(T.MaxValue) - int.CreateChecked(T.MinValue) - 1;

    /// <summary>A score, or the highest where it is higher.</summary>
    public static T FromScore<T>(int score) where T : struct, IBinaryInteger<T>, IMinMaxValue<T> =>
        T.CreateChecked(Math.Min(score, Highest<T>()) + int.CreateChecked(T.MinValue));

    /// <summary>The score in a lane. One above <see cref="Highest"/> means that it may be higher still.</summary>
    public static int ToScore<T>(T element) where T : struct, IBinaryInteger<T>, IMinMaxValue<T> => int.CreateChecked(element) - int.CreateChecked(T.MinValue);
}
