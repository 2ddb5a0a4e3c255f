namespace Pipeline;

/// <summary>What both flavours of the app share: its services and its middleware.</summary>
public static class PipelineApp
{
}
