namespace Pipeline.Streams;

/// <summary>The version of a model that a stream was put with. It stays until the stream is put again, whatever is promoted meanwhile, so that
/// all of a stream's rows are scored alike.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Fingerprint">Tells it from another model that was given the same version later.</param>
public sealed record ModelPin(string Model, int Version, string Fingerprint);
