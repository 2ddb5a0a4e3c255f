using Pipeline.Training;

namespace Pipeline.Tests.Training;

/// <summary>What runs over the two moons come to that nothing befalls: each is made once for all tests of a class.</summary>
public sealed class UndisturbedRuns : IDisposable
{
    private readonly LocalTraining _training = new();
    private readonly Dictionary<string, TrainState> _states = new(StringComparer.Ordinal);

    public UndisturbedRuns() => _training.WriteMoons();

    /// <summary>The state of a job after some rounds.</summary>
    internal async Task<TrainState> StateAsync(string spec, int rounds) => _states.TryGetValue(spec, out var known) && known.Round == rounds
        ? known
        : _states[spec] = await _training.TrainAsync(spec, rounds, $"run-{_states.Count}");

    public void Dispose() => _training.Dispose();
}
