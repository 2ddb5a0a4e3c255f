namespace Pipeline.Batch;

/// <summary>How many tasks a stage has.</summary>
/// <param name="Name">The stage's name.</param>
/// <param name="Tasks">Its tasks, merges aside.</param>
/// <param name="Merges">Whether its states can be merged.</param>
public sealed record BatchShapeStage(string Name, int Tasks, bool Merges)
{
    /// <summary>How many states one merge task, or a later stage, reads at most.</summary>
    public const int FanIn = 32;

    /// <summary>The number of states at each level: the tasks' own, then what each level of merges leaves.</summary>
    public IReadOnlyList<int> Levels()
    {
        var levels = new List<int> { Tasks };
        while (Merges && levels[^1] > FanIn)
            levels.Add((levels[^1] + FanIn - 1) / FanIn);
        return levels;
    }
}
