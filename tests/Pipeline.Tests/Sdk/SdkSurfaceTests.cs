using System.Reflection;

namespace Pipeline.Tests.Sdk;

/// <summary>
/// The app compiles against the embedded SDK here and against the official packages on Azure. It does both because the embedded SDK
/// shows nothing that the official packages lack, and nothing in another shape.
/// </summary>
public class SdkSurfaceTests
{
    /// <summary>What the embedded SDK leaves out on purpose, with the reason. An app that used it would not compile here.</summary>
    private static readonly Dictionary<string, string> LeftOutOnPurpose = new()
    {
        ["Microsoft.Azure.Functions.Worker.Builder.FunctionsApplication"] = "starts the official worker; only Program.cs of the azure flavour does that",
        ["Microsoft.Azure.Functions.Worker.Builder.FunctionsApplicationBuilder"] = "as FunctionsApplication",
        ["Microsoft.Azure.Functions.Worker.Builder.FunctionsApplicationBuilderAspNetCoreExtensions"] = "as FunctionsApplication",
        ["Microsoft.Extensions.Hosting.FunctionsHostBuilderExtensions"] = "the older way to start the official worker",
        [Middleware + "UseDefaultWorkerMiddleware(this IFunctionsWorkerApplicationBuilder builder)"] = "the official worker's own pipeline",
        [Middleware + "UseFunctionExecutionMiddleware(this IFunctionsWorkerApplicationBuilder builder)"] = "the official worker's own pipeline",
        [Middleware + "UseOutputBindingsMiddleware(this IFunctionsWorkerApplicationBuilder builder)"] = "the official worker's own pipeline",
        ["Microsoft.Azure.Functions.Worker.QueueOutputAttribute"] = "the app needs no queues: Durable Functions carry its work",
        ["Microsoft.Azure.Functions.Worker.QueueTriggerAttribute"] = "the app needs no queues: Durable Functions carry its work",
        ["Microsoft.DurableTask.Client.DurableTaskClient: virtual Task<IList<HistoryEvent>> GetOrchestrationHistoryAsync(string instanceId, CancellationToken cancellation = default)"]
            = "HistoryEvent belongs to DurableTask.Core; the Durable HTTP API gives the history",
    };

    private const string Middleware = "Microsoft.Extensions.Hosting.MiddlewareWorkerApplicationBuilderExtensions: static IFunctionsWorkerApplicationBuilder ";

    [Fact]
    public void EmbeddedSdk_EveryPublicTypeAndMember_IsTheOfficialOne()
    {
        var invented = SurfaceComparison.Invented(DeclaredSurface.Of(Assembly.Load("Pipeline.Embedded.Sdk")), OfficialSurface.Load());

        Assert.True(invented.Count == 0, "Code that uses these compiles here, but not against the official packages:\n" + string.Join("\n", invented));
    }

    [Fact]
    public void OfficialSurface_EveryTypeAndMember_IsDeclaredOrLeftOutOnPurpose()
    {
        var leftOut = SurfaceComparison.LeftOut(DeclaredSurface.Of(Assembly.Load("Pipeline.Embedded.Sdk")), OfficialSurface.Load());

        var forgotten = leftOut.Except(LeftOutOnPurpose.Keys).ToArray();
        Assert.True(forgotten.Length == 0, "The official packages have these, the embedded SDK has not; declare them or give the reason:\n" + string.Join("\n", forgotten));
        var present = LeftOutOnPurpose.Keys.Except(leftOut).ToArray();
        Assert.True(present.Length == 0, "Said to be left out, but declared (or not official at all):\n" + string.Join("\n", present));
    }
}
