using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Training;

/// <summary>Loads models to be used, and keeps the last few in memory.</summary>
public sealed class ModelRuntime(ModelStore models, IObjectStore store, SampleSourceBuilder sources) : IDisposable
{
    private const int Kept = 8;

    private readonly Lock _gate = new();
    private readonly LinkedList<LoadedModel> _loaded = new();

    /// <summary>Loads a model; the promoted version, or the newest, where none is asked for.</summary>
    /// <exception cref="NotFoundException">There is none such.</exception>
    internal async Task<LoadedModel> LoadAsync(string name, int? version, CancellationToken cancellationToken)
    {
        var document = await models.OpenAsync(name, version, cancellationToken);
        var path = ModelFiles.Folder(document.Name, document.Version) + ModelFiles.Weights;
        var blob = await store.FindAsync(ModelFiles.Container, path, cancellationToken) ?? throw new NotFoundException($"{ModelFiles.Container}/{path} is missing.");
        lock (_gate)
        {
            // The version of the blob too: a deleted model's number may be given again.
            if (_loaded.FirstOrDefault(m => m.Document.Name == document.Name && m.Document.Version == document.Version && m.ETag == blob.ETag) is { } kept)
                return kept;
        }
        var predictor = await ReadAsync(document, path, cancellationToken);
        var source = await sources.BuildAsync(document.Data with { Where = null }, document.Columns, [], document.Name, null, withLabel: false, cancellationToken);
        var model = new LoadedModel(document, blob.ETag, predictor, source);
        lock (_gate)
        {
            _loaded.AddFirst(model);
            // Not disposed: a request may be at work with it. Its memory goes with the last one.
            if (_loaded.Count > Kept)
                _loaded.RemoveLast();
        }
        return model;
    }

    /// <summary>What a model says of samples: scores of classes, or the quantity in its own unit.</summary>
    internal static Predictions Predict(LoadedModel model, Samples samples, CancellationToken cancellationToken)
    {
        var document = model.Document;
        var values = model.Predictor.Predict(new BatchMaker(document.Data, document.Scaling), samples, cancellationToken).SelectMany(batch => batch.Outputs);
        return Predictions.Of(document.Loss, document.Outputs, [.. samples.Labels], [.. values], document.Scaling, 0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var model in _loaded)
                model.Predictor.Dispose();
            _loaded.Clear();
        }
    }

    private async Task<Predictor> ReadAsync(ModelDocument document, string path, CancellationToken cancellationToken)
    {
        var bytes = await store.ReadAllAsync(ModelFiles.Container, path, cancellationToken);
        try
        {
            var (tensors, network) = (SafeTensors.Read(bytes), document.BuildNetwork());
            return new Predictor(network, Flat(tensors, network.Weights), Flat(tensors, network.Buffers));
        }
        catch (InvalidDataException e)
        {
            throw new TrainingException($"{ModelFiles.Container}/{path} is damaged: {e.Message}", "Delete this version and train it again.");
        }
    }

    private static float[] Flat(IReadOnlyDictionary<string, (long[] Shape, float[] Values)> tensors, IReadOnlyList<TensorSlot> slots)
    {
        var flat = new float[slots.Sum(s => s.Length)];
        foreach (var slot in slots)
        {
            if (!tensors.TryGetValue(slot.Name, out var found) || !found.Shape.AsSpan().SequenceEqual(slot.Shape.ToArray()))
                throw new InvalidDataException($"It has no tensor '{slot.Name}' of {string.Join(" × ", slot.Shape)}.");
            found.Values.CopyTo(flat, slot.Offset);
        }
        return flat;
    }
}
