using Pipeline.Sql;

namespace Pipeline.Streams;

internal sealed partial class WindowState
{
    private (long Rows, long Keys, long Horizon) _counted;

    /// <summary>How many different keys and panes are not forgotten. A row that came since they were counted counts where it might pass a limit; they are
    /// counted again where that makes a difference.</summary>
    /// <param name="limit">The limit.</param>
    public long CountKeys(long limit)
    {
        var (rows, keys, horizon) = _counted;
        var isOld = Rows < rows || Rows > rows + rows / 4 || (Position.Horizon != horizon && Rows <= FewRows) || (Int128)Position.Horizon - horizon > _quarter;
        if (isOld || (keys <= limit && keys + Rows - rows > limit))
        {
            var columns = string.Join(", ", _plan.Keys.Append(_plan.Pane));
            keys = Rows == 0 ? 0 : _session.Read($"SELECT count(*) FROM (SELECT DISTINCT {columns} FROM {_sql.Open(Position.Horizon)})", reader => reader.Read() ? reader.GetInt64(0) : 0);
            _counted = (Rows, keys, Position.Horizon);
        }

        return keys;
    }

    /// <summary>The number of the batch that was appended last.</summary>
    public long LastBatch => Batch;

    /// <summary>Takes the rows of later batches out whose keys were not there before.</summary>
    /// <param name="batch">The last batch of before.</param>
    /// <returns>How many rows.</returns>
    public long RejectNewKeys(long batch)
    {
        if (_plan.Keys.Count == 0)
        {
            return 0;
        }

        var before = SqlText.Number(batch);
        var same = string.Join(" AND ", _plan.Keys.Select(k => $"known.{k} IS NOT DISTINCT FROM fresh.{k}"));
        var removed = _session.Read(
            $"DELETE FROM {WindowSql.State} WHERE rowid IN (SELECT fresh.rowid FROM {WindowSql.State} fresh WHERE fresh.{WindowSql.Batch} > {before} "
            + $"AND NOT EXISTS (SELECT 1 FROM {WindowSql.State} known WHERE known.{WindowSql.Batch} <= {before} AND {same})) RETURNING 1",
            reader =>
            {
                var rows = 0L;
                while (reader.Read()) rows++;
                return rows;
            });
        Rows -= removed;
        Undelivered -= removed;
        return removed;
    }

    /// <summary>The watermark that completes a share of the rows, the oldest ones; null where there are none.</summary>
    public long? CompletionOf(double share) => _session.Read(
        $"SELECT quantile_disc({_sql.CompleteAt}, {share.ToString("R", System.Globalization.CultureInfo.InvariantCulture)}) FROM {WindowSql.State}",
        reader => reader.Read() && !reader.IsDBNull(0) ? reader.GetInt64(0) : default(long?));

    /// <summary>Merges rows where they are more than a limit, unless there is little to merge and nothing to forget.</summary>
    public void MergeOver(long limit, bool forgets)
    {
        if (Rows > limit && (forgets || Rows > _mergedRows + _mergedRows / 10))
        {
            Merge();
        }
    }
}
