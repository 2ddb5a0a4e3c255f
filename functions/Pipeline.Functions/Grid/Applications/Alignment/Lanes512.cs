using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Grid.Applications.Alignment;

/// <summary>Vectors of 512 bits.</summary>
internal readonly struct Lanes512<T> : ILanes<Vector512<T>, T>
    where T : struct
{
    public static int Count => Vector512<T>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Create(T value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Load(ref T origin, nuint index) => Vector512.LoadUnsafe(ref origin, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<T> vector, ref T origin, nuint index) => vector.StoreUnsafe(ref origin, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> AddSaturate(Vector512<T> one, Vector512<T> other) => Vector512.AddSaturate(one, other);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> SubtractSaturate(Vector512<T> one, Vector512<T> other) => Vector512.SubtractSaturate(one, other);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Max(Vector512<T> one, Vector512<T> other) => Vector512.Max(one, other);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyGreater(Vector512<T> one, Vector512<T> other) => Vector512.GreaterThanAny(one, other);
}
