namespace Pipeline.Training;

/// <summary>PyTorch is not there, or cannot be loaded; the message says what to do.</summary>
public sealed class TorchUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
