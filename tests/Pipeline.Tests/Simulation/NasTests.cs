using Pipeline.Simulation.Programs;

namespace Pipeline.Tests.Simulation;

/// <summary>The NAS kernels against their official results, and Monte Carlo against the exact price.</summary>
public class NasTests
{
    [Fact]
    public async Task Ep_ClassS_GivesTheOfficialSumsAndTheSameBitsForAnyRanks()
    {
        var results = new List<IReadOnlyDictionary<string, double>>();
        foreach (var ranks in new[] { 1, 5 })
            results.Add(Simulations.Run(await Simulations.PlanAsync(new NasEpDefinition(), """{ "class": "S" }""", ranks), ranks).Figures());

        Assert.Equal(1, results[0]["verified"]);
        Assert.InRange(results[0]["sumX"] / -3.247834652034740e3, 1 - 1e-12, 1 + 1e-12);
        Assert.InRange(results[0]["sumY"] / -6.958407078382297e3, 1 - 1e-12, 1 + 1e-12);
        Assert.Equal(results[0]["sumX"], results[1]["sumX"]);
        Assert.Equal(results[0]["sumY"], results[1]["sumY"]);
    }

    [Theory]
    [InlineData("S", 1, 8.5971775078648)]
    [InlineData("S", 3, 8.5971775078648)]
    [InlineData("W", 2, 10.362595087124)]
    public async Task Cg_ClassesSAndW_GiveTheOfficialZeta(string name, int ranks, double zeta)
    {
        var plan = await Simulations.PlanAsync(new NasCgDefinition(), $$"""{ "class": "{{name}}" }""", ranks);

        var figures = Simulations.Run(plan, ranks).Figures();

        Assert.InRange(figures["zeta"] / zeta, 1 - 1e-12, 1 + 1e-12);
        Assert.Equal(1, figures["verified"]);
    }

    [Fact]
    public async Task MonteCarlo_OtherRanks_GiveTheSameBitsCloseToTheExactPrice()
    {
        var results = new List<IReadOnlyDictionary<string, double>>();
        foreach (var ranks in new[] { 1, 4 })
        {
            var plan = await Simulations.PlanAsync(new MonteCarloDefinition(), """{ "samples": 1000001, "seed": 7 }""", ranks);
            results.Add(Simulations.Run(plan, ranks).Figures());
        }

        Assert.Equal(results[0]["price"], results[1]["price"]);
        Assert.Equal(1_000_001, results[1]["samples"]);
        Assert.InRange(Math.Abs(results[0]["price"] - results[0]["exactPrice"]) / results[0]["standardError"], 0, 4);
        Assert.Equal(7.1280, results[0]["exactPrice"], 3);
    }

    [Fact]
    public void Philox_KnownPlaces_HaveTheWordsOfItsPaper()
    {
        Assert.Equal((0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u), Philox.Words((0, 0, 0, 0), (0, 0)));
        Assert.Equal((0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu), Philox.Words((uint.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue), (uint.MaxValue, uint.MaxValue)));
        Assert.Equal((0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u), Philox.Words((0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344), (0xa4093822, 0x299f31d0)));
    }
}
