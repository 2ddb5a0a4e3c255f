using ArchUnitNET.Domain;
using ArchUnitNET.Fluent;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace Pipeline.Tests.Architecture;

/// <summary>Who may know whom in the app, for rooms below a root namespace.</summary>
internal static class RoomRules
{
    /// <summary>One a scenario; they never know each other.</summary>
    public static readonly string[] Rooms = ["Batch", "Streams", "Training", "Simulation", "Grid", "Governance"];

    /// <summary>What every room may use.</summary>
    public static readonly string[] Shared = ["Access", "Jobs", "Schemas", "Storage", "Sql"];

    private const string FunctionsAndDurableTask = @"^Microsoft\.(Azure\.Functions|DurableTask)(\.|$)";

    public static ArchRule<IType> RoomKnowsOnlyItselfAndShared(string root, string room) =>
        KnowsNothingOf(root, room, $@"^{Escape(root)}\.(?!({string.Join('|', [room, .. Shared])})(\.|$))");

    public static ArchRule<IType> SharedKnowsNoRoom(string root, string shared) =>
        KnowsNothingOf(root, shared, $@"^{Escape(root)}\.(?!({string.Join('|', Shared)})(\.|$))");

    public static ArchRule<IType> KnowsNothingOfFunctions(string root, string room) => KnowsNothingOf(root, room, FunctionsAndDurableTask);

    /// <summary>Of a room only its triggers, orchestrators, activities and what an orchestrator keeps of its progress know Functions.</summary>
    public static ArchRule<IType> ComputingKnowsNothingOfFunctions(string root, string room) =>
        Types().That().ResideInNamespaceMatching(Below(root, room)).And().DoNotHaveNameMatching("(Functions|Orchestrator|Activities|Progress)$")
            .Should().NotDependOnAnyTypesThat().ResideInNamespaceMatching(FunctionsAndDurableTask)
            .WithoutRequiringPositiveResults();

    public static ArchRule<IType> AppKnowsNothingOfTheRuntime(string root, string runtime) =>
        Types().That().ResideInNamespaceMatching($@"^{Escape(root)}(\.|$)").And().DoNotResideInNamespaceMatching($@"^{Escape(runtime)}(\.|$)")
            .Should().NotDependOnAnyTypesThat().ResideInNamespaceMatching($@"^{Escape(runtime)}(\.|$)");

    private static ArchRule<IType> KnowsNothingOf(string root, string room, string others) =>
        Types().That().ResideInNamespaceMatching(Below(root, room))
            .Should().NotDependOnAnyTypesThat().ResideInNamespaceMatching(others)
            .WithoutRequiringPositiveResults();

    private static string Below(string root, string room) => $@"^{Escape(root)}\.{room}(\.|$)";

    private static string Escape(string name) => System.Text.RegularExpressions.Regex.Escape(name);
}
