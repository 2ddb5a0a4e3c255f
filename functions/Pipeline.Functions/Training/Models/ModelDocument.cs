using Pipeline.Sql;

namespace Pipeline.Training;

/// <summary>What is needed to use a model besides its weights (<c>models/{name}/{version}/model.json</c>).</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Version">Its version, from 1.</param>
/// <param name="Data">What its inputs and labels are made of.</param>
/// <param name="Columns">The columns that it needs, with their types.</param>
/// <param name="Model">Its layers.</param>
/// <param name="Loss">The loss that it was trained with.</param>
/// <param name="Outputs">How many numbers it gives.</param>
/// <param name="Scaling">How raw values become inputs.</param>
public sealed record ModelDocument(
    string Name, int Version, DataSpec Data, IReadOnlyList<ColumnSchema> Columns, ModelSpec Model, string Loss, int Outputs, Scaling Scaling)
{
    /// <summary>Whether it tells classes apart, and does not estimate a quantity.</summary>
    public bool Classifies() => Loss is "cross-entropy" or "bce";

    internal Network BuildNetwork() => NetworkBuilder.Build(Model, Data.InputShape(), Outputs);
}
