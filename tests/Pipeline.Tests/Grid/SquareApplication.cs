using System.Globalization;
using System.Text;
using Pipeline.Grid.Applications;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Tests.Grid;

/// <summary>The smallest application: a unit's result is its number's square.</summary>
internal sealed class SquareApplication(Action? made = null) : IGridApplication, IResultValidator
{
    public string Name => "square";

    public int Version => 1;

    public IResultValidator Validator => this;

    public static byte[] Answer(int unit) => Encoding.ASCII.GetBytes(((long)unit * unit).ToString(CultureInfo.InvariantCulture));

    public bool Agree(ReadOnlyMemory<byte> one, ReadOnlyMemory<byte> other) => one.Span.SequenceEqual(other.Span);

    public void Check(GridSource source, ICollection<SpecFault> faults)
    {
    }

    public async IAsyncEnumerable<UnitDraft> SplitAsync(GridSource source, IObjectStore store, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        await Task.Yield();
        string[] files = source.File is { } file ? [file] : [];
        for (var n = 0; n < source.Parameters.GetProperty("count").GetInt32(); n++)
        {
            ct.ThrowIfCancellationRequested();
            made?.Invoke();
            yield return new UnitDraft($"u{n}", Encoding.ASCII.GetBytes($"{n}"), files, 1e6, 1 << 20, 1 << 20);
        }
    }

    public IGridComputation Open(UnitPayload payload, ReadOnlyMemory<byte> checkpoint) => throw new NotSupportedException("These tests answer by themselves.");

    public ResultTable Read(ReadOnlyMemory<byte> result) => long.TryParse(Encoding.ASCII.GetString(result.Span), NumberStyles.None, CultureInfo.InvariantCulture, out var square)
        ? new ResultTable([new ResultField("square", typeof(long)), new ResultField("root", typeof(double)), new ResultField("even", typeof(bool)), new ResultField("note", typeof(string))],
            [[square, Math.Sqrt(square), square % 2 == 0, square > 100 ? null : "small"]])
        : throw new InvalidDataException("It is no number.");
}
