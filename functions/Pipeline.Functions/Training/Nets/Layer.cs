using static TorchSharp.torch;

namespace Pipeline.Training;

/// <summary>One layer of a built network. It holds no weights: those are numbered, and a <see cref="Pass"/> brings them.</summary>
/// <param name="name">Where it stands, for instance <c>3:conv2d</c>.</param>
internal abstract class Layer(string name)
{
    /// <summary>Where it stands, for messages.</summary>
    public string Name => name;

    /// <summary>What it makes of its input.</summary>
    public abstract Tensor Forward(Tensor input, Pass pass);
}
