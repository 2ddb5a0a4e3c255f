using System.Diagnostics;
using System.Security.Cryptography;

namespace Pipeline.Grid.Applications.Signal;

/// <summary>Searches a block: every drift rate with every transform. A checkpoint is the place between two of them. Of each kind, each
/// transform and each part of the band the strongest detection at any drift rate is told.</summary>
internal sealed class SignalComputation : IGridComputation
{
    private readonly SignalUnit _unit;
    private readonly SignalSearch _search;
    private readonly TimeSpan _step;
    private readonly string _input;
    private readonly SortedDictionary<(string Kind, long Transform, int Slot), Detection> _found = [];
    private int _done;

    /// <param name="unit">The work unit.</param>
    /// <param name="input">The input that the unit was read from.</param>
    /// <param name="samples">The block.</param>
    /// <param name="checkpoint">Where to continue; empty for the beginning.</param>
    /// <param name="step">How long a step takes, but for what it ends with.</param>
    public SignalComputation(SignalUnit unit, ReadOnlySpan<byte> input, Samples samples, ReadOnlySpan<byte> checkpoint, TimeSpan step)
    {
        (_unit, _step, _search) = (unit, step, new SignalSearch(unit, samples));
        _input = Convert.ToHexStringLower(SHA256.HashData(input))[..16];
        if (checkpoint.IsEmpty)
            return;
        var saved = UnitJson.Read<SignalCheckpoint>(checkpoint, "checkpoint");
        if (saved.Input != _input || saved.Done < 0 || saved.Done > Total)
            throw new InvalidDataException("The checkpoint is of another work unit.");
        _done = saved.Done;
        foreach (var detection in saved.Found)
            Keep(detection);
    }

    public double FractionDone => (double)_done / Total;

    private int Total => _unit.Drifts * _unit.Transforms.Count;

    public bool Step(CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        try
        {
            do
            {
                ct.ThrowIfCancellationRequested();
                if (_done == Total)
                    break;
                foreach (var detection in _search.Run(_unit.FirstDrift + _done / _unit.Transforms.Count, _unit.Transforms[_done % _unit.Transforms.Count], ct))
                    Keep(detection);
                _done++;
            }
            while (clock.Elapsed < _step);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // What has begun is begun again.
        }
        return _done == Total;
    }

    public ReadOnlyMemory<byte> Checkpoint() => UnitJson.Write(new SignalCheckpoint(_input, _done, [.. _found.Values]));

    public ReadOnlyMemory<byte> Result() => _done == Total
        ? ResultText.Write(new ResultTable(Detection.Fields, [.. _found.Values.Select(detection => detection.Values())]))
        : throw new InvalidOperationException("The computation has not finished.");

    public void Dispose()
    {
    }

    private void Keep(Detection detection)
    {
        var slot = (int)Math.Floor((detection.Frequency / _unit.Rate + 0.5) * SignalSearch.Slots);
        var place = (detection.Kind, detection.Transform, slot);
        if (!_found.TryGetValue(place, out var known) || detection.Power > known.Power)
            _found[place] = detection;
    }
}
