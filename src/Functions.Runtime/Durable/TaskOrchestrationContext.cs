using Microsoft.Extensions.Logging;

namespace AgentInvest.Functions.Runtime.Durable;

/// <summary>
/// What an orchestrator may use: its input, this context's time and ids, activities, timers and events. Anything else differs between
/// replays.
/// </summary>
public abstract class TaskOrchestrationContext
{
    public abstract TaskName Name { get; }
    public abstract string InstanceId { get; }

    /// <summary>The time of the turn, the same at every replay.</summary>
    public abstract DateTime CurrentUtcDateTime { get; }

    public abstract bool IsReplaying { get; }

    public abstract T? GetInput<T>();
    public abstract Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null);
    public Task CallActivityAsync(TaskName name, object? input = null, TaskOptions? options = null) =>
        CallActivityAsync<object?>(name, input, options);
    public abstract Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken);
    public Task CreateTimer(TimeSpan delay, CancellationToken cancellationToken) =>
        CreateTimer(CurrentUtcDateTime + delay, cancellationToken);

    /// <summary>An event raised before it is waited for is kept. Events of one name are handed out in the order they came.</summary>
    public abstract Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default);

    /// <exception cref="TaskCanceledException">The event did not come in time.</exception>
    public async Task<T> WaitForExternalEvent<T>(string eventName, TimeSpan timeout)
    {
        using var timer = new CancellationTokenSource();
        using var waiting = new CancellationTokenSource();
        var timeoutTask = CreateTimer(timeout, timer.Token);
        var eventTask = WaitForExternalEvent<T>(eventName, waiting.Token);
        if (await Task.WhenAny(eventTask, timeoutTask) == eventTask) timer.Cancel();
        else waiting.Cancel(); // not CancelAsync: its callbacks would leave the replay's thread
        return await eventTask;
    }

    /// <summary>Shown to whoever asks after the orchestration, from the end of this turn on.</summary>
    public abstract void SetCustomStatus(object? customStatus);

    public abstract Guid NewGuid();

    /// <summary>A logger that is silent while replaying.</summary>
    public ILogger CreateReplaySafeLogger(ILogger logger) => new ReplaySafeLogger(this, logger);

    private sealed class ReplaySafeLogger(TaskOrchestrationContext context, ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => inner.BeginScope(state);
        public bool IsEnabled(LogLevel logLevel) => !context.IsReplaying && inner.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (IsEnabled(logLevel)) inner.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
