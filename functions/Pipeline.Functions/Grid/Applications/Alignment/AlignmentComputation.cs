using System.Diagnostics;
using System.Security.Cryptography;

namespace Pipeline.Grid.Applications.Alignment;

/// <summary>
/// Aligns the reads of a work unit: a batch of queries after the other goes along the reference window by window, and the ways of its
/// best scores are found at the end. A checkpoint is the place between two windows.
/// </summary>
/// <remarks>A window begins with as many columns again as an alignment can span, so that it needs nothing of the window before. Batches
/// and windows do not depend on the processor, and neither they nor the width of vectors change what is found.</remarks>
internal sealed class AlignmentComputation : IGridComputation
{
    private const int BatchQueries = 64;
    private const int LeastWindow = 16 * 1024;

    private readonly AlignmentUnit _unit;
    private readonly Scoring _scoring;
    private readonly IReadOnlyList<Sequence> _reference;
    private readonly IReadOnlyList<Sequence> _reads;
    private readonly int _width;
    private readonly TimeSpan _step;
    private readonly string _input;
    // Reads of about the same length share a batch: the longest of it sets its cost.
    private readonly int[] _order;
    private readonly int _readsPerBatch;
    private readonly List<AlignmentRow> _rows = [];
    private byte[][] _queries = [];
    private Standing[] _standings = [];
    private int _sequence;
    private int _column;

    /// <param name="unit">The work unit.</param>
    /// <param name="input">The input that the unit was read from.</param>
    /// <param name="reference">The reference's sequences.</param>
    /// <param name="checkpoint">Where to continue; empty for the beginning.</param>
    /// <param name="width">Bits of a vector; see <see cref="LocalAligner"/>.</param>
    /// <param name="step">How long a step takes, but for the window that it ends with.</param>
    public AlignmentComputation(AlignmentUnit unit, ReadOnlySpan<byte> input, IReadOnlyList<Sequence> reference, ReadOnlySpan<byte> checkpoint, int width, TimeSpan step)
    {
        (_unit, _reference, _width, _step) = (unit, reference, width, step);
        _scoring = unit.Scoring.ToScoring();
        _input = Convert.ToHexStringLower(SHA256.HashData(input))[..16];
        _reads = [.. Enumerable.Range(0, unit.Count).Select(Read)];
        foreach (var read in _reads)
        {
            if (read.Codes.Length == 0 || read.Codes.Length > _scoring.MaxQuery)
                throw new InvalidDataException($"The read '{read.Name}' has {read.Codes.Length:N0} letters; with this scoring, 1 to {_scoring.MaxQuery:N0} are aligned.");
        }
        _order = [.. Enumerable.Range(0, _reads.Count).OrderBy(i => _reads[i].Codes.Length)];
        _readsPerBatch = unit.BothStrands ? BatchQueries / 2 : BatchQueries;
        if (checkpoint.IsEmpty)
            BeginBatch();
        else
            Continue(UnitJson.Read<AlignmentCheckpoint>(checkpoint, "checkpoint"));
    }

    public double FractionDone
    {
        get
        {
            if (IsDone)
                return 1;
            double total = _reference.Sum(s => (double)s.Codes.Length);
            var passed = (_reference.Take(_sequence).Sum(s => (double)s.Codes.Length) + _column) / total;
            return (_rows.Count + passed * BatchReads) / _reads.Count;
        }
    }

    private bool IsDone => _rows.Count == _reads.Count;

    private int BatchReads => Math.Min(_readsPerBatch, _reads.Count - _rows.Count);

    public bool Step(CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        try
        {
            do
            {
                ct.ThrowIfCancellationRequested();
                if (IsDone)
                    break;
                if (_sequence < _reference.Count)
                    Advance(ct);
                else
                    EndBatch(ct);
            }
            while (clock.Elapsed < _step);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // What has begun is begun again.
        }
        return IsDone;
    }

    public ReadOnlyMemory<byte> Checkpoint() => UnitJson.Write(new AlignmentCheckpoint(_input, _rows, _sequence, _column, _standings));

    public ReadOnlyMemory<byte> Result()
    {
        if (!IsDone)
            throw new InvalidOperationException("The computation has not finished.");
        var rows = new object?[_rows.Count][];
        for (var i = 0; i < rows.Length; i++)
            rows[_order[i]] = _rows[i].Values();
        return ResultText.Write(new ResultTable(AlignmentRow.Fields, rows));
    }

    public void Dispose()
    {
    }

    private Sequence Read(int index)
    {
        if (_unit.Simulated is { } simulated)
            return simulated.Make(_reference, _scoring.Alphabet, _unit.First + index);
        var read = _unit.Reads![index];
        return new Sequence(read.Name, _scoring.Alphabet.Encode(read.Sequence));
    }

    private void BeginBatch()
    {
        var batch = _order.AsSpan(_rows.Count, BatchReads).ToArray().Select(i => _reads[i].Codes);
        _queries = [.. _unit.BothStrands ? batch.SelectMany(read => new[] { read, Alphabet.ReverseComplement(read) }) : batch];
        _standings = new Standing[_queries.Length];
        (_sequence, _column) = (0, 0);
    }

    private void Continue(AlignmentCheckpoint checkpoint)
    {
        if (checkpoint.Input != _input || checkpoint.Rows.Count > _reads.Count || checkpoint.Rows.Count < _reads.Count && checkpoint.Rows.Count % _readsPerBatch != 0)
            throw new InvalidDataException("The checkpoint is of another work unit.");
        _rows.AddRange(checkpoint.Rows);
        BeginBatch();
        var inReference = checkpoint.Sequence == _reference.Count ? checkpoint.Column == 0
            : checkpoint.Sequence >= 0 && checkpoint.Sequence < _reference.Count && checkpoint.Column >= 0 && checkpoint.Column < _reference[checkpoint.Sequence].Codes.Length;
        if (!inReference || checkpoint.Standings.Count != _standings.Length || checkpoint.Standings.Any(s => s.Score < 0 || s.Score > LaneElements.MaxScore
            || s.Sequence < 0 || s.Sequence >= _reference.Count || s.End < 0 || s.End >= _reference[s.Sequence].Codes.Length))
            throw new InvalidDataException("The checkpoint is damaged: it names places that are not in the reference.");
        (_sequence, _column) = (checkpoint.Sequence, checkpoint.Column);
        checkpoint.Standings.ToArray().CopyTo(_standings, 0);
    }

    private void Advance(CancellationToken ct)
    {
        var codes = _reference[_sequence].Codes;
        var span = _scoring.Span(_queries.Max(query => query.Length));
        var end = (int)Math.Min(codes.Length, _column + Math.Max(LeastWindow, 8L * span));
        var start = Math.Max(0, _column - span);
        var best = Array.ConvertAll(_standings, standing => standing.Score);
        var found = new int[best.Length];
        LocalAligner.Run(_width, _scoring, _queries, codes.AsSpan(start..end), _column - start, best, found, ct);
        for (var i = 0; i < found.Length; i++)
        {
            if (found[i] >= 0)
                _standings[i] = new Standing(best[i], _sequence, start + found[i]);
        }
        (_sequence, _column) = end < codes.Length ? (_sequence, end) : (_sequence + 1, 0);
    }

    private void EndBatch(CancellationToken ct)
    {
        var rows = new AlignmentRow[BatchReads];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = Row(i, ct);
        _rows.AddRange(rows);
        BeginBatch();
    }

    private AlignmentRow Row(int index, CancellationToken ct)
    {
        var read = _reads[_order[_rows.Count + index]];
        var forward = _unit.BothStrands ? 2 * index : index;
        // The strand that was read wins where both score the same.
        var reverse = _unit.BothStrands && _standings[forward + 1].Score > _standings[forward].Score;
        var query = reverse ? forward + 1 : forward;
        var standing = _standings[query];
        if (standing.Score < _unit.MinScore)
            return AlignmentRow.None(read.Name);
        var sequence = _reference[standing.Sequence];
        return AlignmentRow.Of(read.Name, sequence.Name, reverse, Traceback.Find(_scoring, _queries[query], sequence.Codes, standing.Score, standing.End, ct));
    }
}
