using Pipeline.Embedded.Durable;

namespace Pipeline.Tests.Durable;

internal static class TestHubExtensions
{
    /// <summary>Drops an orchestration from memory, as the cache does when there are many.</summary>
    public static async Task EvictAsync(this OrchestrationInstance instance, TaskHub hub)
    {
        Assert.True(instance.TryEvict());
        await hub.Services.Writer.FlushAsync();
    }
}
