namespace AgentInvest.Functions.Runtime.Durable;

internal sealed class PostgresDurableTaskClient(DurableStore store, FunctionCatalogue catalogue, TimeProvider time) : DurableTaskClient
{
    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName,
        object? input = null,
        StartOrchestrationOptions? options = null,
        CancellationToken cancellation = default
    )
    {
        var function =
            catalogue.Find(orchestratorName.Name, TriggerKind.Orchestration)
            ?? throw new ArgumentException($"There is no orchestrator '{orchestratorName.Name}'.", nameof(orchestratorName));
        var id = options?.InstanceId ?? Guid.NewGuid().ToString("N");
        if (!await store.StartAsync(id, function.Name, DurableJson.Write(input), options?.StartAt, cancellation))
            throw new InvalidOperationException($"An orchestration instance '{id}' that has not ended already exists.");
        return id;
    }

    public override Task<OrchestrationMetadata?> GetInstanceAsync(
        string instanceId,
        bool getInputsAndOutputs = false,
        CancellationToken cancellation = default
    ) => store.GetAsync(instanceId, getInputsAndOutputs, cancellation);

    public override async Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId,
        bool getInputsAndOutputs = false,
        CancellationToken cancellation = default
    )
    {
        while (true)
        {
            var instance =
                await store.GetAsync(instanceId, getInputsAndOutputs, cancellation)
                ?? throw new ArgumentException($"There is no orchestration instance '{instanceId}'.", nameof(instanceId));
            if (instance.IsCompleted) return instance;
            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellation);
        }
    }

    public override Task RaiseEventAsync(
        string instanceId,
        string eventName,
        object? eventPayload = null,
        CancellationToken cancellation = default
    ) => store.RaiseEventAsync(instanceId, eventName, DurableJson.Write(eventPayload), cancellation);

    public override Task TerminateInstanceAsync(string instanceId, object? output = null, CancellationToken cancellation = default) =>
        store.TerminateAsync(instanceId, DurableJson.Write(output), cancellation);

    public override async Task<PurgeResult> PurgeInstanceAsync(string instanceId, CancellationToken cancellation = default) =>
        new(await store.PurgeAsync(instanceId, cancellation));
}
