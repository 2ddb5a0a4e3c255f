using System.Buffers.Binary;
using System.Text;
using Pipeline.Grid.Applications;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Tests.Grid.Api;

/// <summary>Adds the bytes of its input up, one a step. A test may let it take only so many steps.</summary>
internal sealed class SumApplication : IGridApplication, IResultValidator
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _stepped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _allowed = int.MaxValue;

    public string Name => "sum";

    public int Version => 1;

    public IResultValidator Validator => this;

    /// <summary>Steps that were taken, over all computations.</summary>
    public int Steps { get; private set; }

    /// <summary>Called within each step.</summary>
    public Action OnStep { get; set; } = () => { };

    /// <summary>Allows so many steps from now on; further ones do nothing.</summary>
    public void Allow(int steps)
    {
        lock (_gate)
            _allowed = steps;
    }

    /// <summary>Waits until so many steps were taken.</summary>
    public async Task SteppedAsync(int steps, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task stepped;
            lock (_gate)
            {
                if (Steps >= steps)
                    return;
                stepped = _stepped.Task;
            }
            await stepped.WaitAsync(cancellationToken);
        }
    }

    public static byte[] Result(byte[] input) => Encoding.ASCII.GetBytes($"{input.Sum(b => b)}");

    public void Check(GridSource source, ICollection<SpecFault> faults)
    {
    }

    public IAsyncEnumerable<UnitDraft> SplitAsync(GridSource source, IObjectStore store, CancellationToken ct) => AsyncEnumerable.Empty<UnitDraft>();

    public IGridComputation Open(UnitPayload payload, ReadOnlyMemory<byte> checkpoint) => new Computation(this, payload, checkpoint);

    public ResultTable Read(ReadOnlyMemory<byte> result) => new([], []);

    public bool Agree(ReadOnlyMemory<byte> one, ReadOnlyMemory<byte> other) => one.Span.SequenceEqual(other.Span);

    private bool TryStep()
    {
        lock (_gate)
        {
            if (_allowed == 0)
                return false;
            _allowed--;
            Steps++;
            OnStep();
            _stepped.SetResult();
            _stepped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return true;
        }
    }

    private sealed class Computation : IGridComputation
    {
        private readonly SumApplication _application;
        private readonly ReadOnlyMemory<byte> _input;
        private int _next;
        private int _sum;

        public Computation(SumApplication application, UnitPayload payload, ReadOnlyMemory<byte> checkpoint)
        {
            (_application, _input) = (application, payload.Input);
            if (checkpoint.IsEmpty)
                return;
            if (checkpoint.Length != 8)
                throw new InvalidDataException("Not a checkpoint of this application.");
            _next = BinaryPrimitives.ReadInt32LittleEndian(checkpoint.Span);
            _sum = BinaryPrimitives.ReadInt32LittleEndian(checkpoint.Span[4..]);
        }

        public double FractionDone => (double)_next / _input.Length;

        public bool Step(CancellationToken ct)
        {
            if (_next < _input.Length && _application.TryStep())
                _sum += _input.Span[_next++];
            else
                ct.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(5));
            return _next == _input.Length;
        }

        public ReadOnlyMemory<byte> Checkpoint()
        {
            var bytes = new byte[8];
            BinaryPrimitives.WriteInt32LittleEndian(bytes, _next);
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), _sum);
            return bytes;
        }

        public ReadOnlyMemory<byte> Result() => Encoding.ASCII.GetBytes($"{_sum}");

        public void Dispose()
        {
        }
    }
}
