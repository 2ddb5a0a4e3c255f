using Pipeline.Jobs;

namespace Pipeline.Training;

/// <summary>How workers learn together.</summary>
/// <param name="Type"><c>synchronous</c>, <c>local-sgd</c> or <c>federated</c>.</param>
/// <param name="Accumulate">Batches whose gradients <c>synchronous</c> workers add up before they exchange them.</param>
/// <param name="LocalSteps">Steps that a <c>local-sgd</c> worker takes by itself before weights are averaged.</param>
/// <param name="LocalEpochs">Passes over its own data that a <c>federated</c> worker makes in a round.</param>
/// <param name="Fraction">The share of workers that take part in a <c>federated</c> round.</param>
/// <param name="Proximal">FedProx's pull back to the weights that a round began with; 0 is FedAvg.</param>
/// <param name="DeadlineSeconds">When a <c>federated</c> round goes on without those that are not done; 0 waits for all.</param>
/// <param name="Aggregate">How <c>federated</c> rounds combine what workers send: <c>mean</c>, <c>median</c> or <c>trimmed-mean</c>.</param>
/// <param name="Trim">The share that <c>trimmed-mean</c> leaves out at each end.</param>
/// <param name="ShardBy">A column, or an expression of one row: each of its values is a <c>federated</c> worker with those rows.
/// Null shares rows out evenly.</param>
public sealed record StrategySpec(
    string Type = StrategySpec.Synchronous,
    int Accumulate = 1,
    int LocalSteps = 8,
    int LocalEpochs = 1,
    double Fraction = 1,
    double Proximal = 0,
    double DeadlineSeconds = 0,
    string Aggregate = "mean",
    double Trim = 0.1,
    string? ShardBy = null)
{
    /// <summary>Gradients are added up at every step.</summary>
    public const string Synchronous = "synchronous";

    /// <summary>Workers step by themselves and average weights now and then.</summary>
    public const string LocalSgd = "local-sgd";

    /// <summary>Workers keep their data; some take part in each round.</summary>
    public const string Federated = "federated";

    /// <summary>How many workers take part in a federated round.</summary>
    internal static int Participants(double fraction, int workers) => Math.Clamp((int)Math.Round(fraction * workers), 1, workers);

    internal static StrategySpec Read(SpecReader reader)
    {
        var type = reader.Choice("type", [Synchronous, LocalSgd, Federated], required: true, about: "Whether gradients are added up at every step, weights averaged now and then, or data stays with its worker.") ?? Synchronous;
        var strategy = new StrategySpec(type);
        switch (type)
        {
            case Synchronous:
                strategy = strategy with { Accumulate = (int)reader.Integer("accumulate", 1, 1_000, 1, "Batches before gradients are exchanged.") };
                break;
            case LocalSgd:
                strategy = strategy with { LocalSteps = (int)reader.Integer("steps", 1, 10_000, 8, "Steps before weights are averaged.") };
                break;
            default:
                strategy = strategy with
                {
                    LocalEpochs = (int)reader.Integer("localEpochs", 1, 100, 1, "Passes over its own data that a worker makes in a round."),
                    Fraction = reader.Number("fraction", 0.001, 1, 1, "The share of workers that take part in a round."),
                    Proximal = reader.Number("proximal", 0, 100, 0, "FedProx's pull back to the weights that a round began with; 0 is FedAvg."),
                    DeadlineSeconds = reader.Number("deadlineSeconds", 0.1, 86_400, about: "Seconds after which a round goes on without those that are not done. Where it is absent, it waits for all.") ?? 0,
                    Aggregate = reader.Choice("aggregate", ["mean", "median", "trimmed-mean"], "mean", "How a round combines what workers send."),
                    Trim = reader.Number("trim", 0, 0.49, 0.1, "The share that a trimmed mean leaves out at each end."),
                    ShardBy = reader.Text("shardBy", about: "A column, or an expression of one row: each of its values is a worker with those rows. Where it is absent, rows are shared out evenly."),
                };
                break;
        }
        reader.End();
        return strategy;
    }
}
