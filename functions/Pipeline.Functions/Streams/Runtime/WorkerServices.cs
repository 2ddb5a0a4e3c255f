using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>What the workers of all streams share.</summary>
/// <param name="Definitions">Where the streams are defined.</param>
/// <param name="States">Where states are.</param>
/// <param name="References">The reference tables.</param>
/// <param name="Store">Where quarantine is.</param>
/// <param name="Log">The hubs' logs.</param>
/// <param name="Shuffle">The way to the shuffle.</param>
/// <param name="Time">The clock.</param>
internal sealed record WorkerServices(
    DefinitionStore Definitions, StateStore States, ReferenceTables References, IObjectStore Store, IPartitionLog Log, IShuffleChannel Shuffle, TimeProvider Time);
