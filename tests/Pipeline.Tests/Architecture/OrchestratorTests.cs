using Mono.Cecil;

namespace Pipeline.Tests.Architecture;

/// <summary>An orchestrator is replayed: it asks its context for the time, for identifiers and for delays, and awaits nothing else.</summary>
public class OrchestratorTests
{
    [Fact]
    public void Orchestrators_OfTheApp_AreDeterministic()
    {
        using var module = ModuleDefinition.ReadModule(typeof(PipelineApp).Assembly.Location);

        var orchestrators = OrchestratorCode.Orchestrators(module);
        Assert.Contains(orchestrators, method => method.DeclaringType.Name == "BatchOrchestrator");
        var faults = orchestrators.SelectMany(OrchestratorCode.Faults).ToArray();

        Assert.True(faults.Length == 0, "These differ from replay to replay, or leave the orchestration's context:\n" + string.Join("\n", faults));
    }

    [Theory]
    [InlineData(nameof(WrongOrchestrators.AsksTheClock), "System.DateTime::get_UtcNow")]
    [InlineData(nameof(WrongOrchestrators.MakesAnIdInALambda), "System.Guid::NewGuid")]
    [InlineData(nameof(WrongOrchestrators.DelaysAfterAnActivity), "System.Threading.Tasks.Task::Delay")]
    [InlineData(nameof(WrongOrchestrators.RunsOnAnotherThread), "System.Threading.Tasks.Task::Run")]
    [InlineData(nameof(WrongOrchestrators.DrawsInAHelper), "System.Random::get_Shared")]
    [InlineData(nameof(WrongOrchestrators.LeavesTheContext), "System.Threading.Tasks.Task`1::ConfigureAwait")]
    public void Faults_OfAnOrchestratorThatDiffersFromReplayToReplay_NameWhatItCalls(string orchestrator, string called) =>
        Assert.EndsWith(" calls " + called, Assert.Single(FaultsOf(orchestrator)), StringComparison.Ordinal);

    [Fact]
    public void Faults_OfAnOrchestratorThatAsksItsContext_AreNone() => Assert.Empty(FaultsOf(nameof(WrongOrchestrators.AsksItsContext)));

    private static string[] FaultsOf(string orchestrator)
    {
        using var module = ModuleDefinition.ReadModule(typeof(WrongOrchestrators).Assembly.Location);
        var method = Assert.Single(OrchestratorCode.Orchestrators(module), method => method.DeclaringType.Name == nameof(WrongOrchestrators) && method.Name == orchestrator);
        return [.. OrchestratorCode.Faults(method)];
    }
}
