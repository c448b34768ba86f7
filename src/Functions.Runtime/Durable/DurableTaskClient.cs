using System.Text.Json;

namespace AgentInvest.Functions.Runtime.Durable;

/// <summary>Starts orchestrations and asks after them.</summary>
public abstract class DurableTaskClient
{
    /// <summary>
    /// Starts an orchestration. An id whose orchestration is still pending or running is refused; one that has ended is started anew.
    /// </summary>
    /// <exception cref="InvalidOperationException">The id is in use.</exception>
    public abstract Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName,
        object? input = null,
        StartOrchestrationOptions? options = null,
        CancellationToken cancellation = default
    );

    public abstract Task<OrchestrationMetadata?> GetInstanceAsync(
        string instanceId,
        bool getInputsAndOutputs = false,
        CancellationToken cancellation = default
    );

    public abstract Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId,
        bool getInputsAndOutputs = false,
        CancellationToken cancellation = default
    );

    /// <summary>An event for an orchestration that has ended, or that does not exist, is dropped.</summary>
    public abstract Task RaiseEventAsync(
        string instanceId,
        string eventName,
        object? eventPayload = null,
        CancellationToken cancellation = default
    );

    public abstract Task TerminateInstanceAsync(string instanceId, object? output = null, CancellationToken cancellation = default);

    /// <summary>Forgets an orchestration that has ended.</summary>
    public abstract Task<PurgeResult> PurgeInstanceAsync(string instanceId, CancellationToken cancellation = default);
}

public sealed class OrchestrationMetadata
{
    internal OrchestrationMetadata(string name, string instanceId) => (Name, InstanceId) = (name, instanceId);

    public string Name { get; }
    public string InstanceId { get; }
    public OrchestrationRuntimeStatus RuntimeStatus { get; internal init; }
    public DateTimeOffset CreatedAt { get; internal init; }
    public DateTimeOffset LastUpdatedAt { get; internal init; }
    public string? SerializedInput { get; internal init; }
    public string? SerializedOutput { get; internal init; }
    public string? SerializedCustomStatus { get; internal init; }
    public TaskFailureDetails? FailureDetails { get; internal init; }

    public bool IsRunning => RuntimeStatus == OrchestrationRuntimeStatus.Running;
    public bool IsCompleted =>
        RuntimeStatus is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;

    public T? ReadInputAs<T>() => Read<T>(SerializedInput);
    public T? ReadOutputAs<T>() => Read<T>(SerializedOutput);
    public T? ReadCustomStatusAs<T>() => Read<T>(SerializedCustomStatus);

    private static T? Read<T>(string? json) => json is null ? default : JsonSerializer.Deserialize<T>(json, DurableJson.Options);
}

internal static class DurableJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web);

    public static string? Write(object? value) => value is null ? null : JsonSerializer.Serialize(value, Options);
}
