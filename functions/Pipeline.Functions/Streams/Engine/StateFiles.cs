using Pipeline.Sql;

namespace Pipeline.Streams;

/// <summary>A task's state as files: the states of windows, and the keys by which events that come again are known.</summary>
/// <param name="session">Where both are.</param>
/// <param name="state">The states; null if the query has no windows.</param>
/// <param name="deduplicator">The keys; null if events are not deduplicated.</param>
/// <param name="deltaFile">Where <see cref="WindowState.WriteDelta"/> writes.</param>
internal sealed class StateFiles(DuckDbSession session, WindowState? state, EventDeduplicator? deduplicator, string deltaFile)
{
    /// <summary>Writes what is new since the last file; gives its rows, and no file if there are none.</summary>
    public async Task<long> WriteDeltaAsync(string path, CancellationToken cancellationToken)
    {
        long rows;
        if (state is not null && deduplicator is null)
        {
            if (state.Undelivered == 0)
            {
                return 0;
            }

            // Planned once: a statement over another file each time would cost more than the rows.
            rows = state.WriteDelta(cancellationToken);
            File.Move(deltaFile, path, overwrite: true);
            state.Deliver();
        }
        else
        {
            deduplicator?.Flush(session.Connection);
            rows = await WriteAsync(state?.DeltaSql, path, cancellationToken);
        }

        state?.MergeIfWorthwhile();
        return rows;
    }

    /// <summary>Writes everything, merged; gives its rows, and no file if there are none.</summary>
    public Task<long> WriteSnapshotAsync(string path, CancellationToken cancellationToken)
    {
        deduplicator?.FlushAll(session.Connection);
        state?.Deliver();
        state?.Merge();
        return WriteAsync(state?.SnapshotSql, path, cancellationToken);
    }

    /// <summary>Reads files back, in the order in which they were written.</summary>
    public void Restore(IReadOnlyList<string> files, StreamPosition position)
    {
        if (deduplicator is not null && files.Count > 0)
        {
            var keys = $"SELECT {EventDeduplicator.Key}, {EventDeduplicator.Time} FROM read_parquet({SqlText.Literals(files)}, hive_partitioning = false) WHERE {EventDeduplicator.Time} IS NOT NULL";
            session.Read(keys, reader =>
            {
                while (reader.Read()) deduplicator.Restore(reader.IsDBNull(0) ? null : Bytes(reader.GetStream(0)), reader.GetInt64(1));
                return 0;
            });
        }

        if (state is not null)
        {
            var decoded = string.Join(", ", state.Columns.Select(c => $"CAST({c.Name} AS {c.Type}) AS {c.Name}"));
            state.Restore(files.Count == 0 ? SqlText.EmptySelect(state.Columns)
                : $"SELECT {decoded} FROM read_parquet({SqlText.Literals(files)}, hive_partitioning = false) WHERE {WindowSql.Batch} IS NOT NULL", position);
        }
    }

    private async Task<long> WriteAsync(string? stateSql, string path, CancellationToken cancellationToken)
    {
        var selects = new List<string>();
        var columns = new List<ColumnSchema>();
        if (stateSql is not null)
        {
            selects.Add(stateSql);
            columns.AddRange(state!.Columns);
        }

        if (deduplicator is not null)
        {
            selects.Add($"SELECT {string.Join(", ", EventDeduplicator.Columns.Select(c => c.Name))} FROM {EventDeduplicator.Table}");
            columns.AddRange(EventDeduplicator.Columns);
        }

        if (selects.Count == 0)
        {
            return 0;
        }

        var sql = string.Join(" UNION ALL BY NAME ", selects);
        var rows = session.Read($"SELECT count(*) FROM ({sql})", reader => reader.Read() ? reader.GetInt64(0) : 0);
        if (rows > 0)
        {
            await session.WriteExactAsync(sql, columns, path, cancellationToken);
        }

        state?.Deliver();
        if (deduplicator is not null)
        {
            session.Execute($"TRUNCATE {EventDeduplicator.Table}");
        }

        return rows;
    }

    private static byte[] Bytes(Stream stream)
    {
        using (stream)
        {
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
    }
}
