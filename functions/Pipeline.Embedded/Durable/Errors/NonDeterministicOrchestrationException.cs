namespace DurableTask.Core.Exceptions;

/// <summary>An orchestrator did something else on replay than its history says that it did. Named as users know it.</summary>
internal sealed class NonDeterministicOrchestrationException(string message) : Exception(message);
