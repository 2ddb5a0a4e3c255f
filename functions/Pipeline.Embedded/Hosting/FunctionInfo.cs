namespace Pipeline.Embedded.Hosting;

/// <summary>A hosted function, for lists.</summary>
/// <param name="Name">Its name, unique in the app without regard to case.</param>
/// <param name="Trigger">What sets it off.</param>
/// <param name="Detail">What exactly: methods and URL, blob path, schedule, or event hub; empty for the task hub's functions.</param>
/// <param name="EntryPoint">Class and method.</param>
/// <param name="Disabled">Why nothing sets it off; null where its trigger does.</param>
public sealed record FunctionInfo(string Name, TriggerKind Trigger, string Detail, string EntryPoint, string? Disabled = null);
