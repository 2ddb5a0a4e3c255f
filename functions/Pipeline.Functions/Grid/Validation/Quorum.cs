using Pipeline.Grid.State;
using Pipeline.Grid.Units;

namespace Pipeline.Grid.Validation;

/// <summary>Finds the results of a unit that agree.</summary>
internal static class Quorum
{
    /// <summary>Judges results of which none is canonical yet.</summary>
    /// <param name="candidates">The successful results.</param>
    /// <param name="agree">Whether the candidates at two places agree.</param>
    /// <param name="quorum">How many must.</param>
    /// <returns>The verdicts, and the ordinal of the canonical result; null where no quorum agrees.</returns>
    /// <remarks>Hosts that were caught with an invalid result and have not made it good since are heard as one, however many they are:
    /// those who agree on a wrong answer cannot outvote others twice.</remarks>
    public static (IReadOnlyList<Verdict> Verdicts, int? Canonical) Judge(IReadOnlyList<Candidate> candidates, Func<int, int, bool> agree, int quorum)
    {
        var best = new List<int>();
        for (var i = 0; i < candidates.Count; i++)
        {
            var group = Enumerable.Range(0, candidates.Count).Where(j => j == i || agree(i, j)).ToList();
            if (group.Count > best.Count && Voices(candidates, group) >= quorum)
                best = [i, .. group.Where(j => j != i)];
        }
        if (best.Count == 0)
            return ([.. candidates.Select(c => new Verdict(c.Ordinal, ValidateState.Inconclusive))], null);
        return ([.. candidates.Select((c, place) => new Verdict(c.Ordinal, best.Contains(place) ? ValidateState.Valid : ValidateState.Invalid))], candidates[best[0]].Ordinal);
    }

    private static int Voices(IReadOnlyList<Candidate> candidates, List<int> group)
    {
        var suspects = group.Count(place => candidates[place].Suspect);
        return group.Count - suspects + Math.Min(1, suspects);
    }
}
