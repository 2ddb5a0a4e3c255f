namespace Pipeline.Tests.Training;

/// <summary>Tests that compute with PyTorch: one after the other, as each of them fills the machine.</summary>
[CollectionDefinition(Name)]
public sealed class TorchTests
{
    public const string Name = "Torch";
}
