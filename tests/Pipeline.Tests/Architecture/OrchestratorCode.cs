using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Pipeline.Tests.Architecture;

/// <summary>
/// Follows an orchestrator's code through lambdas, state machines and the helpers that it calls in its own assembly, and finds what is
/// not the same in every replay, or runs outside the orchestration's own context.
/// </summary>
internal static class OrchestratorCode
{
    private const string Trigger = "OrchestrationTriggerAttribute";

    private static readonly string[] Forbidden =
    [
        "System.DateTime::get_Now", "System.DateTime::get_UtcNow", "System.DateTime::get_Today",
        "System.DateTimeOffset::get_Now", "System.DateTimeOffset::get_UtcNow",
        "System.TimeProvider::", "System.Diagnostics.Stopwatch::", "System.Environment::get_TickCount", "System.Environment::GetEnvironmentVariable",
        "System.Guid::NewGuid", "System.Guid::CreateVersion7", "System.Random::.ctor", "System.Random::get_Shared", "System.Security.Cryptography.RandomNumberGenerator::",
        "System.Threading.Tasks.Task::Delay", "System.Threading.Tasks.Task::Run", "System.Threading.Tasks.Task::Yield",
        "System.Threading.Tasks.Task::ConfigureAwait", "System.Threading.Tasks.Task`1::ConfigureAwait", "System.Threading.Tasks.Task::Wait",
        "System.Threading.Tasks.TaskFactory::", "System.Threading.Tasks.Parallel::", "System.Threading.Thread::", "System.Threading.ThreadPool::",
        "System.Threading.Timer::", "System.Threading.PeriodicTimer::", "System.IO.File::", "System.Net.Http.HttpClient::",
    ];

    /// <summary>Every method of the assembly one of whose parameters is the orchestration trigger.</summary>
    public static IReadOnlyList<MethodDefinition> Orchestrators(ModuleDefinition module) =>
        [.. module.GetTypes().SelectMany(type => type.Methods).Where(method => method.Parameters.Any(parameter =>
            parameter.CustomAttributes.Any(attribute => attribute.AttributeType.Name == Trigger)))];

    /// <summary>One line a fault: the orchestrator, the method that it reached and what that method calls.</summary>
    public static IEnumerable<string> Faults(MethodDefinition orchestrator)
    {
        var seen = new HashSet<MethodDefinition>();
        var open = new Queue<MethodDefinition>([orchestrator]);
        while (open.TryDequeue(out var method))
        {
            if (!seen.Add(method))
            {
                continue;
            }

            foreach (var called in Calls(method))
            {
                var name = $"{called.DeclaringType.GetElementType().FullName}::{called.Name}";
                if (Forbidden.Any(forbidden => name.StartsWith(forbidden, StringComparison.Ordinal)))
                {
                    yield return $"{Name(orchestrator)}: {Name(method)} calls {name}";
                }
                else if (Own(called, orchestrator.Module) is { } next)
                {
                    open.Enqueue(next);
                }
            }

            // The body of an asynchronous or iterator method is its state machine's.
            foreach (var machine in method.CustomAttributes.Where(attribute => attribute.AttributeType.Name.EndsWith("StateMachineAttribute", StringComparison.Ordinal)))
            {
                var moveNext = ((TypeReference)machine.ConstructorArguments[0].Value).Resolve().Methods.Single(candidate => candidate.Name == "MoveNext");
                open.Enqueue(moveNext);
            }
        }
    }

    private static IEnumerable<MethodReference> Calls(MethodDefinition method) => method.HasBody
        ? method.Body.Instructions.Where(instruction => instruction.OpCode.OperandType is OperandType.InlineMethod).Select(instruction => (MethodReference)instruction.Operand)
        : [];

    private static MethodDefinition? Own(MethodReference called, ModuleDefinition module) =>
        called.DeclaringType.GetElementType().Scope == module ? called.Resolve() : null;

    private static string Name(MethodDefinition method) => $"{method.DeclaringType.FullName}.{method.Name}";
}
