using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Grid.Applications.Alignment;

/// <summary>Vectors of 128 bits.</summary>
internal readonly struct Lanes128<T> : ILanes<Vector128<T>, T>
    where T : struct
{
    public static int Count => Vector128<T>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Create(T value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Load(ref T origin, nuint index) => Vector128.LoadUnsafe(ref origin, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<T> vector, ref T origin, nuint index) => vector.StoreUnsafe(ref origin, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> AddSaturate(Vector128<T> one, Vector128<T> other) => Vector128.AddSaturate(one, other);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> SubtractSaturate(Vector128<T> one, Vector128<T> other) => Vector128.SubtractSaturate(one, other);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Max(Vector128<T> one, Vector128<T> other) => Vector128.Max(one, other);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyGreater(Vector128<T> one, Vector128<T> other) => Vector128.GreaterThanAny(one, other);
}
