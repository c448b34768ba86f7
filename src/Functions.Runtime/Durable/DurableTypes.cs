using System.Collections.Concurrent;

namespace AgentInvest.Functions.Runtime.Durable;

// Names and signatures of Microsoft.DurableTask, as far as the apps use them.

/// <summary>The name of an orchestrator or activity function.</summary>
public readonly struct TaskName(string name) : IEquatable<TaskName>
{
    public string Name { get; } = name;

    public static implicit operator TaskName(string value) => new(value);
    public static implicit operator string(TaskName value) => value.Name;
    public static TaskName FromString(string value) => new(value);
    public static bool operator ==(TaskName a, TaskName b) => a.Equals(b);
    public static bool operator !=(TaskName a, TaskName b) => !a.Equals(b);
    public bool Equals(TaskName other) => string.Equals(Name, other.Name, StringComparison.OrdinalIgnoreCase);
    public override bool Equals(object? obj) => obj is TaskName other && Equals(other);
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Name ?? "");
    public override string ToString() => Name;
}

public sealed class TaskOptions
{
    internal RetryPolicy? Retry { get; private init; }

    public static TaskOptions FromRetryPolicy(RetryPolicy policy) => new() { Retry = policy };
}

/// <summary>
/// How an activity that fails is tried again: attempt n waits firstRetryInterval × backoffCoefficient^(n−1), at most maxRetryInterval.
/// </summary>
public sealed class RetryPolicy
{
    public RetryPolicy(
        int maxNumberOfAttempts,
        TimeSpan firstRetryInterval,
        double backoffCoefficient = 1.0,
        TimeSpan? maxRetryInterval = null,
        TimeSpan? retryTimeout = null
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxNumberOfAttempts);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(firstRetryInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(backoffCoefficient, 1.0);
        MaxNumberOfAttempts = maxNumberOfAttempts;
        FirstRetryInterval = firstRetryInterval;
        BackoffCoefficient = backoffCoefficient;
        MaxRetryInterval = maxRetryInterval ?? TimeSpan.FromHours(1);
        RetryTimeout = retryTimeout ?? Timeout.InfiniteTimeSpan;
    }

    public int MaxNumberOfAttempts { get; }
    public TimeSpan FirstRetryInterval { get; }
    public double BackoffCoefficient { get; }
    public TimeSpan MaxRetryInterval { get; }
    public TimeSpan RetryTimeout { get; }

    /// <summary>The wait after the failed attempt of that number (from 1), or null when there is no further attempt.</summary>
    internal TimeSpan? WaitAfter(int attempt, TimeSpan elapsed)
    {
        if (attempt >= MaxNumberOfAttempts) return null;
        var seconds = FirstRetryInterval.TotalSeconds * Math.Pow(BackoffCoefficient, attempt - 1);
        var wait = seconds < MaxRetryInterval.TotalSeconds ? TimeSpan.FromSeconds(seconds) : MaxRetryInterval;
        return RetryTimeout == Timeout.InfiniteTimeSpan || elapsed + wait <= RetryTimeout ? wait : null;
    }
}

/// <summary>What went wrong in an activity or orchestration, as far as it can be told across processes.</summary>
public sealed record TaskFailureDetails(string ErrorType, string ErrorMessage, string? StackTrace, TaskFailureDetails? InnerFailure)
{
    private static readonly ConcurrentDictionary<string, Type?> Types = new();

    /// <summary>Whether the failure was an exception of that type or one derived from it.</summary>
    public bool IsCausedBy<T>() where T : Exception => Types.GetOrAdd(ErrorType, Find) is { } type && typeof(T).IsAssignableFrom(type);

    internal static TaskFailureDetails Of(Exception e) =>
        new(
            e.GetType().FullName!,
            e.Message,
            e.StackTrace,
            e is TaskFailedException f ? f.FailureDetails
                : e.InnerException is { } inner ? Of(inner)
                : null
        );

    private static Type? Find(string name) =>
        AppDomain.CurrentDomain.GetAssemblies().Select(a => a.GetType(name)).FirstOrDefault(t => t is not null);
}

/// <summary>An activity failed, its retries included.</summary>
public sealed class TaskFailedException(string taskName, int taskId, TaskFailureDetails details)
    : Exception($"Task '{taskName}' (#{taskId}) failed with an unhandled exception: {details.ErrorMessage}")
{
    public string TaskName { get; } = taskName;
    public int TaskId { get; } = taskId;
    public TaskFailureDetails FailureDetails { get; } = details;
}

public enum OrchestrationRuntimeStatus { Running, Completed, ContinuedAsNew, Failed, Canceled, Terminated, Pending, Suspended }

public sealed record StartOrchestrationOptions(string? InstanceId = null, DateTimeOffset? StartAt = null);

public sealed record PurgeResult(int PurgedInstanceCount);
