namespace Pipeline.Tests.Training;

/// <summary>Specs over <see cref="LocalTraining.WriteMoons"/>.</summary>
internal static class MoonSpec
{
    /// <summary>A small network that tells the two moons apart.</summary>
    /// <param name="more">Further fields, each with a comma in front.</param>
    /// <param name="layers">The layers.</param>
    /// <param name="epochs">The epochs.</param>
    public static string Of(string more = "", string layers = """[{ "type": "linear", "units": 8 }, "tanh", "linear"]""", int epochs = 4) => $$"""
        {
          "kind": "training", "name": "moons",
          "data": { "dataset": "moons", "features": ["x", "y"], "label": { "column": "class", "classes": 2 }, "validation": 0.2 },
          "model": { "layers": {{layers}} },
          "loss": "cross-entropy", "batchSize": 32, "epochs": {{epochs}}, "seed": 7{{more}}
        }
        """;
}
