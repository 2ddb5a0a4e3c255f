using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Pipeline.Tests.Durable;

/// <summary>
/// The official host takes large payloads; here they are refused, so that an orchestration which passes data instead of references is
/// noticed before it is slow on Azure.
/// </summary>
public sealed class SizeTests : DurableTest
{
    private static readonly string Fits = new('x', (48 * 1024) - 2);
    private static readonly string TooLarge = new('x', 48 * 1024);

    [Fact]
    public async Task OrchestrationInput_OverTheLimit_IsRefusedWithAdvice()
    {
        Functions.Orchestrator("Any", _ => Task.CompletedTask);
        var error = await Assert.ThrowsAnyAsync<ArgumentException>(() => StartAsync("Any", TooLarge));

        Assert.Contains("49,154 bytes", error.Message, StringComparison.Ordinal);
        Assert.Contains("Write the data to a blob and pass its name", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Payloads_OfExactlyTheLimit_Pass()
    {
        Functions.Orchestrator("Pass", context => context.CallActivityAsync<string>("Echo", context.GetInput<string>()));
        Assert.Equal(Fits, await ResultAsync<string>("Pass", Fits));
    }

    [Fact]
    public async Task Payloads_AreCountedInBytes()
    {
        Functions.RawActivity("Umlauts", (_, _) => Task.FromResult<string?>('"' + new string('ä', 30_000) + '"'));
        Functions.Orchestrator("Call", context => context.CallActivityAsync<string>("Umlauts"));

        Assert.Contains("60,002 bytes", (await RunAsync("Call")).SerializedOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ActivityInput_OverTheLimit_ThrowsInTheOrchestrator()
    {
        Functions.Orchestrator("Call", async context =>
        {
            try
            {
                return await context.CallActivityAsync<string>("Echo", TooLarge);
            }
            catch (ArgumentException e)
            {
                return e.Message;
            }
        });

        Assert.StartsWith("The input of activity 'Echo' has 49,154 bytes", await ResultAsync<string>("Call"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ActivityOutput_OverTheLimit_FailsTheActivity()
    {
        Functions.Activity<int, string>("Large", _ => TooLarge);
        Functions.Orchestrator("Call", async context =>
        {
            try
            {
                return await context.CallActivityAsync<string>("Large", 0);
            }
            catch (TaskFailedException e)
            {
                return e.FailureDetails.ErrorMessage;
            }
        });

        Assert.StartsWith("The output of activity 'Large' has 49,154 bytes", await ResultAsync<string>("Call"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OrchestrationOutput_OverTheLimit_FailsTheInstance()
    {
        Functions.Orchestrator("Large", _ => Task.FromResult(TooLarge));
        var end = await RunAsync("Large");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains("The output of orchestrator 'Large' has 49,154 bytes", end.SerializedOutput, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8_000, true)]
    [InlineData(9_000, false)]
    public async Task CustomStatus_OverSixteenKibibytesOfUtf16_FailsTheInstance(int characters, bool fits)
    {
        Functions.Orchestrator("Status", context =>
        {
            context.SetCustomStatus(new string('x', characters));
            return Task.CompletedTask;
        });

        var end = await RunAsync("Status");
        Assert.Equal(fits ? OrchestrationRuntimeStatus.Completed : OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
    }
}
