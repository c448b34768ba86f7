using System.Text.Json;

namespace AgentInvest.Core.Jobs;

public enum JobStatus { Pending, Running, Completed, Failed, Terminated }

/// <summary>A piece of long work as its owner sees it: what GET /jobs/{instanceId} answers.</summary>
/// <param name="InstanceId">Of the orchestration that does the work.</param>
/// <param name="Progress">A fraction from 0 to 1; null where it is not known.</param>
/// <param name="Output">The result; null until the job has completed.</param>
/// <param name="Error">Why it failed; null otherwise.</param>
public sealed record Job(
    string InstanceId,
    string Kind,
    JobStatus Status,
    decimal? Progress,
    DateTimeOffset CreatedAt,
    JsonElement? Output,
    string? Error
);

/// <summary>What is asked for.</summary>
/// <param name="App">The function app whose hub runs it.</param>
/// <param name="Key">While a job of this owner, kind and key has not ended, asking again answers that one.</param>
public sealed record JobOrder(string App, string Kind, Guid UserId, string Key);

/// <summary>The answer to a request that starts a job.</summary>
/// <param name="StatusUrl">Where its state can be read.</param>
public sealed record JobStarted(string InstanceId, string StatusUrl)
{
    public static JobStarted Of(string instanceId) => new(instanceId, $"/v1/jobs/{instanceId}");
}

/// <summary>A change of a job's state, reported by the orchestration that runs it.</summary>
/// <param name="Output">JSON; null for none.</param>
public sealed record JobUpdate(
    Guid UserId,
    string InstanceId,
    JobStatus Status,
    decimal? Progress,
    JsonElement? Output = null,
    string? Error = null
);
