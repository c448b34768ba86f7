using AgentInvest.Functions.Runtime.Durable;

namespace AgentInvest.Functions.Runtime.Tests.Durable;

public sealed class WorkerHost : IAsyncLifetime
{
    private readonly MigratedDatabase _database = new();

    internal RuntimeHost Runtime { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await _database.InitializeAsync();
        Runtime = new RuntimeHost(_database.ConnectionString, [typeof(WorkerFunctions)]);
        await Runtime.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await Runtime.DisposeAsync();
        await _database.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

/// <summary>Whole orchestrations through client, database and worker.</summary>
public sealed class DurableWorkerTests(WorkerHost host) : IClassFixture<WorkerHost>
{
    private DurableTaskClient Client => host.Runtime.Client;

    [Fact]
    public async Task Payloads_of_any_size_and_characters_come_back_unchanged()
    {
        var odd = "naïve café 日本語 🙂 \" \\ \u0000 \u001f \ud83d \r\n";
        var large = string.Concat(Enumerable.Repeat("0123456789abcdef", 128 * 1024));
        foreach (
            var (text, back) in new (string?, string?)[]
            {
                (odd, odd.Replace("\ud83d ", "\ufffd ", StringComparison.Ordinal)),
                (large, large),
                ("", ""),
                (null, null),
            }
        )
        {
            var done = await RunAsync("Sample", text);
            Assert.Equal(OrchestrationRuntimeStatus.Completed, done.RuntimeStatus);
            Assert.Equal(back, done.ReadOutputAs<string>());
            Assert.Equal(back, done.ReadInputAs<string>());
        }
    }

    [Fact]
    public async Task A_timeout_ends_a_wait_for_an_event() =>
        Assert.Equal("timed out", (await RunAsync("Times")).ReadOutputAs<string>());

    [Theory]
    [InlineData("Tries", "there is no such bar")]
    [InlineData("CallsNobody", "There is no activity 'Nobody'")]
    [InlineData("ReturnsALoop", "cycle")]
    [InlineData("CallsALoop", "cycle")]
    [InlineData("Sleeps", "not of its context")]
    public async Task An_orchestration_that_cannot_continue_fails_with_its_reason(string orchestrator, string reason)
    {
        var failed = await RunAsync(orchestrator);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, failed.RuntimeStatus);
        Assert.Contains(reason, failed.FailureDetails!.ErrorMessage);
    }

    [Fact]
    public async Task Each_attempt_of_a_retry_is_in_the_history()
    {
        var failed = await RunAsync("Tries");
        Assert.True(failed.FailureDetails!.IsCausedBy<TaskFailedException>());
        Assert.True(failed.FailureDetails.InnerFailure!.IsCausedBy<InvalidDataException>());
        Assert.Equal(
            3,
            await host.Runtime.OneAsync<long>(
                $"""
                select count(*) from runtime.history h join runtime.instances i using (execution_id)
                where i.id = '{failed.InstanceId}' and kind = 'TaskFailed'
                """
            )
        );
    }

    [Fact]
    public async Task An_unknown_orchestrator_is_not_started() =>
        await Assert.ThrowsAsync<ArgumentException>(() => Client.ScheduleNewOrchestrationInstanceAsync("Nobody"));

    [Fact]
    public async Task An_instance_whose_orchestrator_was_removed_fails()
    {
        // Begun by a version of the app that still had it.
        await host.Runtime.Store.StartAsync("gone", "Gone", null, null, CancellationToken.None);
        var failed = await Client.WaitForInstanceCompletionAsync("gone");
        Assert.Equal("There is no orchestrator 'Gone'.", failed.FailureDetails!.ErrorMessage);
    }

    [Fact]
    public async Task An_id_is_in_use_until_its_instance_has_ended()
    {
        await WaitingAsync("once");
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Client.ScheduleNewOrchestrationInstanceAsync("Sample", "x", new StartOrchestrationOptions("once"))
        );
        await Client.RaiseEventAsync("once", "GO", "went");
        Assert.Equal("went", (await Client.WaitForInstanceCompletionAsync("once", true)).ReadOutputAs<string>());
        // An event after the end is dropped, not kept for the next of that name.
        await Client.RaiseEventAsync("once", "go", "late");
        await WaitingAsync("once");
        await Client.TerminateInstanceAsync("once", "enough");
        var ended = await Client.GetInstanceAsync("once", true);
        Assert.Equal((OrchestrationRuntimeStatus.Terminated, "enough"), (ended!.RuntimeStatus, ended.ReadOutputAs<string>()));
        await Client.TerminateInstanceAsync("once", "again");
        Assert.Equal("enough", (await Client.GetInstanceAsync("once", true))!.ReadOutputAs<string>());
        Assert.Equal(1, (await Client.PurgeInstanceAsync("once")).PurgedInstanceCount);
        Assert.Null(await Client.GetInstanceAsync("once"));
        await Client.RaiseEventAsync("once", "go", "nobody is there");
        await Assert.ThrowsAsync<ArgumentException>(() => Client.WaitForInstanceCompletionAsync("once"));
    }

    [Fact]
    public async Task A_start_in_the_future_is_pending_until_then()
    {
        await Client.ScheduleNewOrchestrationInstanceAsync(
            "Waits",
            null,
            new StartOrchestrationOptions("later", DateTimeOffset.UtcNow.AddHours(1))
        );
        await Client.RaiseEventAsync("later", "go", "kept");
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await RunAsync("Sample", "another, meanwhile")).RuntimeStatus);
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await Client.GetInstanceAsync("later"))!.RuntimeStatus);
        await host.Runtime.ExecuteAsync("update runtime.instances set wake_at = clock_timestamp() where id = 'later'");
        Assert.Equal("kept", (await Client.WaitForInstanceCompletionAsync("later", true)).ReadOutputAs<string>());
    }

    private async Task WaitingAsync(string id)
    {
        await Client.ScheduleNewOrchestrationInstanceAsync("Waits", null, new StartOrchestrationOptions(id));
        await RuntimeHost.EventuallyAsync(async () => (await Client.GetInstanceAsync(id, true))!.ReadCustomStatusAs<string>() == "waiting");
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await Client.GetInstanceAsync(id))!.RuntimeStatus);
    }

    private async Task<OrchestrationMetadata> RunAsync(string orchestrator, object? input = null) =>
        await Client
            .WaitForInstanceCompletionAsync(await Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input), true)
            .WaitAsync(TimeSpan.FromSeconds(60));
}
