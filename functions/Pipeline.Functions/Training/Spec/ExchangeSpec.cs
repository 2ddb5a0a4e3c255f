using Pipeline.Jobs;

namespace Pipeline.Training;

/// <summary>How gradients and weights travel between workers.</summary>
/// <param name="Encoding"><c>fp32</c> (exact), <c>fp16</c> (half the bytes) or <c>top-k</c> (the largest values only; what is left
/// out is added to what the worker sends next).</param>
/// <param name="Share">The share of values that <c>top-k</c> sends.</param>
public sealed record ExchangeSpec(string Encoding = "fp32", double Share = 0.01)
{
    /// <summary>The encodings.</summary>
    public static IReadOnlyList<string> Encodings { get; } = ["fp32", "fp16", "top-k"];

    internal static ExchangeSpec Read(SpecReader reader)
    {
        var encoding = reader.Choice("encoding", Encodings, required: true, about: "How gradients and weights travel: exact, in half the bytes, or the largest values only, the rest being added to what is sent next.") ?? "fp32";
        var exchange = new ExchangeSpec(encoding);
        if (encoding == "top-k")
            exchange = exchange with { Share = reader.Number("share", 0.0001, 1, 0.01, "The share of values that is sent.") };
        reader.End();
        return exchange;
    }
}
