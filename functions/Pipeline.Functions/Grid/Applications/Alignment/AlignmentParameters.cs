using Pipeline.Grid.Spec;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Grid.Applications.Alignment;

/// <summary>The parameters of an alignment job.</summary>
internal sealed record AlignmentParameters(
    string Reference, ScoringSpec Scoring, bool BothStrands, int MinScore, int ReadsPerUnit, SimulatedReads? Simulated, int Count, string NameColumn, string SequenceColumn)
{
    /// <summary>How many reads a work unit may have.</summary>
    public const int MaxReadsPerUnit = 10_000;

    public static AlignmentParameters Read(GridSource source, ICollection<SpecFault> faults)
    {
        var found = new List<SpecFault>();
        var spec = ParameterReader.Open(source, found);
        var reference = spec.Text("reference", required: true, about: "The reference: a FASTA file, as a path in the container datasets.") ?? "";
        if (reference.Length > 0)
            GridSpec.Check(reference, "/parameters/reference", ObjectName.CheckPath, found);
        var scoring = ScoringSpec.Read(spec.SectionOrEmpty("scoring", "How alignments score."));
        var strands = spec.Choice("strands", ["both", "forward"], about: "Which strands of DNA are searched: both where it is absent.");
        if (strands == "both" && !scoring.IsDna)
            spec.Fault("strands", "Proteins have no other strand. Leave it out.");
        var reads = spec.Section("reads", about: "Reads that are simulated from the reference; or there is an input.");
        var columns = spec.Section("columns", about: "The columns of a dataset of reads.");
        var parameters = new AlignmentParameters(reference, scoring, scoring.IsDna && strands != "forward",
            (int)spec.Integer("minScore", 1, LaneElements.MaxScore, 1, "The least score that is told."),
            (int)spec.Integer("readsPerUnit", 1, MaxReadsPerUnit, 256, "Reads of a work unit."),
            reads is null ? null : Simulation(reads), (int)(reads?.Integer("count", 1, 100_000_000, required: true, about: "How many.") ?? 0),
            columns?.Text("name", about: "The column of names; 'name' where it is absent.") ?? "name", columns?.Text("sequence", about: "The column of sequences; 'sequence' where it is absent.") ?? "sequence");
        reads?.End();
        columns?.End();
        spec.End();
        if (found.Count == 0 && parameters.Simulated is { } simulated && simulated.Length > scoring.ToScoring().MaxQuery / 2)
            found.Add(new SpecFault("/parameters/reads/length", $"With this scoring, reads are simulated with up to {scoring.ToScoring().MaxQuery / 2:N0} letters."));
        CheckInput(source, parameters.Simulated is not null, columns is not null, found);
        foreach (var fault in found)
            faults.Add(fault);
        return parameters;
    }

    private static SimulatedReads Simulation(SpecReader reads) => new(
        reads.Integer("seed", long.MinValue, long.MaxValue, 1, "What they are drawn from."),
        (int)reads.Integer("length", 1, 4_096, 100, "Letters of the reference that a read copies."),
        reads.Number("substitutions", 0, 1, 0.02, "The share of letters that are read as another."),
        reads.Number("insertions", 0, 0.5, 0.005, "Letters that are read and are not there, for each that is."),
        reads.Number("deletions", 0, 0.9, 0.005, "The share of letters that are passed over."));

    private static void CheckInput(GridSource source, bool simulated, bool columns, List<SpecFault> faults)
    {
        var inputs = (source.Dataset is null ? 0 : 1) + (source.File is null ? 0 : 1) + (simulated ? 1 : 0);
        if (inputs != 1)
            faults.Add(new SpecFault("/input", $"The reads come from one of 'input.file' (FASTA), 'input.dataset' (Parquet) and 'parameters.reads' (simulated); here are {inputs} of them."));
        if (columns && source.Dataset is null)
            faults.Add(new SpecFault("/parameters/columns", "Only a dataset has columns. Leave it out, or name a dataset."));
    }
}
