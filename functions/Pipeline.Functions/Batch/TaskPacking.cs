namespace Pipeline.Batch;

/// <summary>Shares the files of a table out among tasks, in row order, so that the results of the tasks, one after the other, keep it.</summary>
internal static class TaskPacking
{
    /// <summary>The smallest share that is worth a task of its own where the spec does not say, in bytes.</summary>
    public const long SmallestShare = 4 * 1024 * 1024;

    /// <summary>The largest share where the spec does not say, in bytes.</summary>
    public const long LargestShare = 128 * 1024 * 1024;

    /// <summary>Packs row groups into tasks of up to <paramref name="taskSize"/> bytes; a row group is never cut.</summary>
    /// <param name="files">The files, with the row groups that are read.</param>
    /// <param name="rowGroup">The rows and bytes of a file's row group.</param>
    /// <param name="taskSize">The limit; null chooses it so that every parallel task gets some four shares, within bounds.</param>
    /// <param name="parallelTasks">How many tasks run at the same time.</param>
    public static IReadOnlyList<BatchTask> Pack(IReadOnlyList<BatchFile> files, Func<BatchFile, int, (long Rows, long Bytes)> rowGroup, long? taskSize, int parallelTasks)
    {
        var limit = taskSize ?? Math.Clamp(files.Sum(f => f.Bytes) / (4L * parallelTasks), SmallestShare, LargestShare);
        var tasks = new List<BatchTask>();
        var share = new List<BatchFile>();
        long shareBytes = 0;
        foreach (var file in files)
        {
            foreach (var group in file.RowGroups)
            {
                var (rows, bytes) = rowGroup(file, group);
                if (shareBytes > 0 && shareBytes + bytes > limit)
                    Close();
                Add(file, group, rows, bytes);
            }
        }
        Close();
        return tasks;

        void Add(BatchFile file, int group, long rows, long bytes)
        {
            shareBytes += bytes;
            if (share.Count > 0 && share[^1] is { } last && last.Path == file.Path)
                share[^1] = last with { RowGroups = [.. last.RowGroups, group], Rows = last.Rows + rows, Bytes = last.Bytes + bytes };
            else
                share.Add(file with { RowGroups = [group], Rows = rows, Bytes = bytes });
        }

        void Close()
        {
            if (share.Count == 0)
                return;
            tasks.Add(new BatchTask([.. share], share.Sum(f => f.Rows), shareBytes));
            share.Clear();
            shareBytes = 0;
        }
    }
}
