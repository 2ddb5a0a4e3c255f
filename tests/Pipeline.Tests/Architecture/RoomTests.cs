using System.Reflection;
using ArchUnitNET.Fluent;
using ArchUnitNET.Loader;
using LoadedApp = ArchUnitNET.Domain.Architecture;

namespace Pipeline.Tests.Architecture;

/// <summary>
/// The rooms of the app do not know each other; they share Access, Jobs, Schemas, Storage and Sql, which know no room. Storage and Sql know nothing of
/// Functions, and the app knows nothing of the runtime that hosts it on a laptop.
/// </summary>
public class RoomTests
{
    private const string Wrong = "Pipeline.Tests.Architecture.Wrong";

    private static readonly LoadedApp s_app = Load(typeof(PipelineApp).Assembly, Assembly.Load("Pipeline.Embedded"), Assembly.Load("Pipeline.Embedded.Sdk"));

    private static readonly LoadedApp s_wrong = Load(typeof(RoomTests).Assembly, Assembly.Load("Pipeline.Embedded.Sdk"));

    public static TheoryData<string> Rooms => [.. RoomRules.Rooms];

    public static TheoryData<string> Shared => [.. RoomRules.Shared];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Room_KnowsOnly_ItselfAndWhatIsShared(string room) => AssertHolds(RoomRules.RoomKnowsOnlyItselfAndShared("Pipeline", room));

    [Theory]
    [MemberData(nameof(Shared))]
    public void SharedFolder_KnowsNo_Room(string shared) => AssertHolds(RoomRules.SharedKnowsNoRoom("Pipeline", shared));

    [Theory]
    [InlineData("Storage")]
    [InlineData("Sql")]
    public void StorageAndSql_KnowNothingOf_Functions(string shared) => AssertHolds(RoomRules.KnowsNothingOfFunctions("Pipeline", shared));

    [Theory]
    [MemberData(nameof(Rooms))]
    public void RoomsComputing_KnowsNothingOf_Functions(string room) => AssertHolds(RoomRules.ComputingKnowsNothingOfFunctions("Pipeline", room));

    [Fact]
    public void App_KnowsNothingOf_TheEmbeddedRuntime() => AssertHolds(RoomRules.AppKnowsNothingOfTheRuntime("Pipeline", "Pipeline.Embedded"));

    [Fact]
    public void App_Types_AreLoaded()
    {
        Assert.Contains(s_app.Types, type => type.FullName == "Pipeline.Storage.IObjectStore");
        Assert.Contains(s_app.Types, type => type.FullName == "Pipeline.Batch.BatchPlanner");
        Assert.Contains(s_app.Types, type => type.FullName == "Microsoft.DurableTask.TaskOrchestrationContext");
    }

    [Theory]
    [InlineData("Batch", "Streams.Window")]
    [InlineData("Streams", "Training.Round")]
    [InlineData("Grid", "Dashboard.Page")]
    public void RoomRule_ARoomThatUsesAnother_IsCaught(string room, string other) =>
        Assert.Contains(Failures(RoomRules.RoomKnowsOnlyItselfAndShared(Wrong, room)), failure => failure.Contains(other, StringComparison.Ordinal));

    [Fact]
    public void RoomRule_ARoomThatUsesJobs_IsFine() => Assert.Empty(Failures(RoomRules.RoomKnowsOnlyItselfAndShared(Wrong, "Training")));

    [Fact]
    public void SharedRule_JobsThatKnowARoom_IsCaught() => Assert.Single(Failures(RoomRules.SharedKnowsNoRoom(Wrong, "Jobs")));

    [Fact]
    public void FunctionsRule_StorageThatTakesATrigger_IsCaught() => Assert.NotEmpty(Failures(RoomRules.KnowsNothingOfFunctions(Wrong, "Storage")));

    [Fact]
    public void ComputingRule_AKernelThatTakesATrigger_IsCaught() =>
        Assert.Contains("SimulationKernel", Assert.Single(Failures(RoomRules.ComputingKnowsNothingOfFunctions(Wrong, "Simulation"))), StringComparison.Ordinal);

    [Fact]
    public void RuntimeRule_AnAppThatUsesItsRuntime_IsCaught() =>
        Assert.Single(Failures(RoomRules.AppKnowsNothingOfTheRuntime(Wrong, Wrong + ".Embedded")));

    private static void AssertHolds(IArchRule rule) => Assert.Empty(Failures(rule, s_app));

    private static string[] Failures(IArchRule rule) => Failures(rule, s_wrong);

    private static string[] Failures(IArchRule rule, LoadedApp architecture) =>
        [.. rule.Evaluate(architecture).Where(result => !result.Passed).Select(result => result.Description)];

    private static LoadedApp Load(params Assembly[] assemblies) => new ArchLoader().LoadAssemblies(assemblies).Build();
}
