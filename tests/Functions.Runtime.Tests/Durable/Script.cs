using AgentInvest.Functions.Runtime.Durable;

namespace AgentInvest.Functions.Runtime.Tests.Durable;

/// <summary>An orchestrator and its history, driven turn by turn as the worker does, without a database.</summary>
internal sealed class Script(Func<TaskOrchestrationContext, Task> orchestrator, object? input = null)
{
    private static readonly Guid Execution = new("01890000-0000-7000-8000-000000000001");

    public static Script Of<T>(Func<TaskOrchestrationContext, Task<T>> orchestrator, object? input = null) => new(orchestrator, input);

    public DateTimeOffset Now { get; set; } = new(2026, 1, 5, 10, 0, 0, TimeSpan.Zero);
    public List<HistoryEvent> History { get; } = [];

    /// <summary>What the next turns run instead: another version of the code.</summary>
    public Func<TaskOrchestrationContext, Task> Orchestrator { get; set; } = orchestrator;

    public Replay.Outcome Turn(params HistoryEvent[] arrived)
    {
        HistoryEvent[] turn = [new(HistoryEvent.TurnStarted, null, null, null, Now), .. arrived];
        var outcome = Run(History, turn);
        History.AddRange(turn);
        History.AddRange(outcome.Actions);
        return outcome;
    }

    /// <summary>Turns of a second each, in which every activity answers what it is asked, until nothing is left to do.</summary>
    public Replay.Outcome Finish(Func<string, string?, object?> activity)
    {
        var outcome = Turn();
        while (!outcome.Ended)
        {
            Now += TimeSpan.FromSeconds(1);
            var answers = outcome
                .Actions.Select(a =>
                    a.Kind == HistoryEvent.TimerCreated ? Fired(a.TaskId!.Value) : Answer(a, outcome.Inputs[a.TaskId!.Value], activity)
                )
                .ToArray();
            outcome = Turn(answers);
        }
        return outcome;
    }

    public Replay.Outcome Run(IReadOnlyList<HistoryEvent> past, IReadOnlyList<HistoryEvent> turn) =>
        new Replay("Sample", "sample-1", Execution, DurableJson.Write(input)).Run(Orchestrator, past, turn);

    public HistoryEvent Completed(int task, object? result = null) =>
        new(HistoryEvent.TaskCompleted, task, null, DurableJson.Write(result), Now);
    public HistoryEvent Failed(int task, Exception e) =>
        new(HistoryEvent.TaskFailed, task, null, DurableJson.Write(TaskFailureDetails.Of(e)), Now);
    public HistoryEvent Fired(int timer) => new(HistoryEvent.TimerFired, timer, null, null, Now);
    public HistoryEvent Raised(string name, object? payload = null) =>
        new(HistoryEvent.EventRaised, null, name, DurableJson.Write(payload), Now);

    private HistoryEvent Answer(HistoryEvent task, string? input, Func<string, string?, object?> activity)
    {
        try
        {
            return Completed(task.TaskId!.Value, activity(task.Name!, input));
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or TimeoutException)
        {
            return Failed(task.TaskId!.Value, e);
        }
    }
}
