using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Pipeline.Simulation.Ranks;

/// <summary>Combines the bytes of two messages element by element.</summary>
internal abstract class Reducer
{
    /// <summary>Makes <paramref name="into"/> the combination of itself and <paramref name="other"/>.</summary>
    public abstract void Combine(Span<byte> into, ReadOnlySpan<byte> other, ReduceOperation operation);

    public sealed class Of<T> : Reducer where T : unmanaged, INumber<T>
    {
        public static readonly Of<T> Instance = new();

        public override void Combine(Span<byte> into, ReadOnlySpan<byte> other, ReduceOperation operation)
        {
            var x = MemoryMarshal.Cast<byte, T>(into);
            var y = MemoryMarshal.Cast<byte, T>(other);
            switch (operation)
            {
                case ReduceOperation.Sum:
                    TensorPrimitives.Add(x, y, x);
                    break;
                case ReduceOperation.Product:
                    TensorPrimitives.Multiply(x, y, x);
                    break;
                case ReduceOperation.Min:
                    TensorPrimitives.Min(x, y, x);
                    break;
                default:
                    TensorPrimitives.Max(x, y, x);
                    break;
            }
        }
    }
}
