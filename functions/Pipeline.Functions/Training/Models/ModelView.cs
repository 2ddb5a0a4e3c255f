namespace Pipeline.Training;

/// <summary>A model as the HTTP API shows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Promoted">The version that is used where none is asked for; null until one is promoted: then it is the newest.</param>
/// <param name="Versions">Its versions, newest first.</param>
public sealed record ModelView(string Name, int? Promoted, IReadOnlyList<ModelVersionView> Versions);
