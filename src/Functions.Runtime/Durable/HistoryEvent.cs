namespace AgentInvest.Functions.Runtime.Durable;

/// <summary>
/// One line of an orchestration's history. A turn is <c>TurnStarted</c>, then what had arrived (results, fired timers, events), then what
/// the orchestrator did about it (<c>TaskScheduled</c>, <c>TimerCreated</c>).
/// </summary>
/// <param name="At">When; for <c>TimerCreated</c>, when it fires.</param>
internal sealed record HistoryEvent(string Kind, int? TaskId, string? Name, string? Payload, DateTimeOffset At)
{
    public const string TurnStarted = nameof(TurnStarted);
    public const string TaskScheduled = nameof(TaskScheduled);
    public const string TaskCompleted = nameof(TaskCompleted);
    public const string TaskFailed = nameof(TaskFailed);
    public const string TimerCreated = nameof(TimerCreated);
    public const string TimerFired = nameof(TimerFired);
    public const string EventRaised = nameof(EventRaised);

    /// <summary>Something the orchestrator did, as opposed to something that happened to it.</summary>
    public bool IsAction => Kind is TaskScheduled or TimerCreated;

    public override string ToString() => Kind switch
    {
        TaskScheduled => $"activity '{Name}' as #{TaskId}",
        TimerCreated => $"a timer as #{TaskId}",
        _ => $"{Kind} {Name} #{TaskId}",
    };
}
