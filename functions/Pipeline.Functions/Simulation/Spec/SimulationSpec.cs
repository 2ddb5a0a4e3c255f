using Pipeline.Jobs;

namespace Pipeline.Simulation.Spec;

/// <summary>The spec of a simulation, as far as it does not depend on the program.</summary>
/// <param name="Program">The program's name.</param>
/// <param name="Ranks">How many ranks.</param>
/// <param name="Hosts">Over how many hosts the ranks are spread.</param>
/// <param name="InnerSteps">Time steps within a superstep.</param>
/// <param name="From">The job from whose last checkpoint this one goes on; null to start anew.</param>
/// <param name="Checkpoints">When checkpoints are written.</param>
/// <param name="Outputs">What is put out.</param>
/// <param name="PeerTimeout">How long a host waits for another's messages before all go back to the last checkpoint.</param>
/// <param name="Plan">What the program makes of its parameters.</param>
public sealed record SimulationSpec(
    string Program,
    int Ranks,
    int Hosts,
    int InnerSteps,
    string? From,
    CheckpointSpec Checkpoints,
    OutputSpec Outputs,
    TimeSpan PeerTimeout,
    ProgramPlan Plan)
{
    /// <summary>Ranks where the spec names none. Not the processors: hosts may differ in them, and must agree in ranks.</summary>
    public const int DefaultRanks = 2;

    /// <summary>The most ranks that a simulation may have.</summary>
    public const int MaxRanks = 1024;

    /// <summary>The most hosts.</summary>
    public const int MaxHosts = 256;

    /// <summary>Reads the fields of kind <c>simulation</c>.</summary>
    /// <exception cref="SpecException">It is not valid; all faults at once.</exception>
    public static async Task<SimulationSpec> ReadAsync(JobSpec spec, IReadOnlyCollection<ProgramDefinition> programs, ProgramInputs inputs, CancellationToken cancellationToken)
    {
        var faults = new List<SpecFault>();
        var reader = spec.Read(faults, "A simulation: a program whose ranks talk at every step.");
        var program = reader.Choice("program", [.. programs.Select(p => p.Name).Order(StringComparer.Ordinal)], required: true, about: "The program.");
        var ranks = (int)reader.Integer("ranks", 1, MaxRanks, DefaultRanks, "Into how many parts the domain is divided; the fields have the same bits for any number.");
        var hosts = (int)reader.Integer("hosts", 1, MaxHosts, 1, "Over how many activities the ranks are spread.");
        if (hosts > ranks)
            reader.Fault("hosts", $"{ranks} ranks cannot be spread over {hosts} hosts. Take {ranks} hosts or fewer.");
        var inner = (int)reader.Integer("innerSteps", 1, 1_000, 1, "Time steps in one superstep, with borders as many times as deep.");
        var steps = reader.Integer("steps", 1, int.MaxValue, about: "Time steps in all, for programs that have them.");
        var from = reader.Text("from", maxLength: JobId.MaxLength, about: "A job from whose last checkpoint this one goes on.");
        if (from is not null && JobId.Fault(from) is { } fault)
            reader.Fault("from", fault);
        var checkpoints = CheckpointSpec.Read(reader.SectionOrEmpty("checkpoints", "When checkpoints are written, by steps or by seconds."), inner);
        var timeout = reader.Integer("peerTimeoutSeconds", 1, 3_600, 300, "Seconds that a host waits for another's messages before all go back to the last checkpoint.");
        var parameters = reader.SectionOrEmpty("parameters", "The program's own.");
        ProgramPlan? plan = null;
        if (programs.FirstOrDefault(p => p.Name == program) is { } definition)
        {
            plan = await definition.PlanAsync(parameters, new RunShape(ranks, steps, inner, reader), inputs, cancellationToken);
            parameters.End();
        }
        var outputs = OutputSpec.Read(reader.SectionOrEmpty("outputs", "What is put out on the way. Figures come always."), inner, plan);
        reader.End();
        return faults.Count == 0 ? new SimulationSpec(program!, ranks, hosts, inner, from, checkpoints, outputs, TimeSpan.FromSeconds(timeout), plan!) : throw new SpecException(faults);
    }

    /// <summary>The ranks of a host: the first and how many.</summary>
    public (int First, int Count) RanksOf(int host)
    {
        var (start, end) = Pipeline.Simulation.Ranks.CartesianTopology.Split(Ranks, Hosts, host);
        return (start, end - start);
    }
}
