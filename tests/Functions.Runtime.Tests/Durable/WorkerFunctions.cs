using AgentInvest.Functions.Runtime.Durable;

namespace AgentInvest.Functions.Runtime.Tests.Durable;

/// <summary>What the worker's tests run.</summary>
public sealed class WorkerFunctions
{
    [Function("Sample")]
    public static async Task<string?> Sample([OrchestrationTrigger] TaskOrchestrationContext context) =>
        await context.CallActivityAsync<string?>("Echo", context.GetInput<string>());

    [Function("Echo")]
    public static string? Echo([ActivityTrigger] string? text) => text;

    [Function("Waits")]
    public static async Task<string> Waits([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        context.SetCustomStatus("waiting");
        return await context.WaitForExternalEvent<string>("go");
    }

    [Function("Times")]
    public static async Task<string> Times([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        await context.CreateTimer(TimeSpan.FromMilliseconds(50), CancellationToken.None);
        try
        {
            return await context.WaitForExternalEvent<string>("never", TimeSpan.FromMilliseconds(50));
        }
        catch (TaskCanceledException)
        {
            return "timed out";
        }
    }

    [Function("Tries")]
    public static Task<int> Tries([OrchestrationTrigger] TaskOrchestrationContext context) =>
        context.CallActivityAsync<int>("Fails", null, TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromMilliseconds(20), 2.0)));

    [Function("Fails")]
    public static int Fails([ActivityTrigger] object? nothing) => throw new InvalidDataException("there is no such bar");

    [Function("CallsNobody")]
    public static Task CallsNobody([OrchestrationTrigger] TaskOrchestrationContext context) => context.CallActivityAsync("Nobody");

    [Function("ReturnsALoop")]
    public static Task<Loop> ReturnsALoop([OrchestrationTrigger] TaskOrchestrationContext context) => Task.FromResult(new Loop());

    [Function("CallsALoop")]
    public static Task CallsALoop([OrchestrationTrigger] TaskOrchestrationContext context) => context.CallActivityAsync("MakeALoop");

    [Function("MakeALoop")]
    public static Loop MakeALoop([ActivityTrigger] object? nothing) => new();

    [Function("Sleeps")]
    public static Task Sleeps([OrchestrationTrigger] TaskOrchestrationContext context) => Task.Delay(10);

    public sealed class Loop
    {
        public Loop Self => this;
    }
}
