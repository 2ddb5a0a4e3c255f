using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Grid.Applications.Alignment;

/// <summary>Vectors of 256 bits.</summary>
internal readonly struct Lanes256<T> : ILanes<Vector256<T>, T>
    where T : struct
{
    public static int Count => Vector256<T>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Create(T value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Load(ref T origin, nuint index) => Vector256.LoadUnsafe(ref origin, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<T> vector, ref T origin, nuint index) => vector.StoreUnsafe(ref origin, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> AddSaturate(Vector256<T> one, Vector256<T> other) => Vector256.AddSaturate(one, other);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> SubtractSaturate(Vector256<T> one, Vector256<T> other) => Vector256.SubtractSaturate(one, other);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Max(Vector256<T> one, Vector256<T> other) => Vector256.Max(one, other);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyGreater(Vector256<T> one, Vector256<T> other) => Vector256.GreaterThanAny(one, other);
}
