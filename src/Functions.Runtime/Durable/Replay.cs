using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace AgentInvest.Functions.Runtime.Durable;

/// <summary>
/// Runs an orchestrator over its history and then over what is new. Single-threaded: tasks complete in the order of the history, and their
/// continuations run at once on the same thread, so that the same history gives the same actions in the same order. A turn whose actions
/// differ from the recorded ones proves the orchestrator non-deterministic, and the instance fails saying where.
/// </summary>
internal sealed class Replay(string name, string instanceId, Guid executionId, string? input) : TaskOrchestrationContext
{
    private readonly Dictionary<int, Pending> _pending = [];
    private readonly Dictionary<string, Queue<string?>> _events = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, LinkedList<Pending>> _waiting = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<HistoryEvent> _actions = [];
    private readonly Pump _pump = new();
    private DateTime _now;
    private int _taskIds;
    private int _guids;
    private bool _replaying;

    /// <summary>What one more turn led to: actions to carry out, and the end, if this was it.</summary>
    public sealed record Outcome(
        IReadOnlyList<HistoryEvent> Actions,
        IReadOnlyDictionary<int, string?> Inputs,
        bool Ended,
        string? Output,
        TaskFailureDetails? Failure,
        string? CustomStatus
    );

    private readonly Dictionary<int, string?> _inputs = [];

    public override TaskName Name => name;
    public override string InstanceId => instanceId;
    public override DateTime CurrentUtcDateTime => _now;
    public override bool IsReplaying => _replaying;
    private string? CustomStatus { get; set; }

    /// <param name="start">Calls the orchestrator function.</param>
    /// <param name="past">The recorded turns.</param>
    /// <param name="turn">The new turn: TurnStarted and what has arrived.</param>
    public Outcome Run(Func<TaskOrchestrationContext, Task> start, IReadOnlyList<HistoryEvent> past, IReadOnlyList<HistoryEvent> turn)
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_pump);
        try
        {
            Task? orchestrator = null;
            foreach (var recorded in Turns(past))
            {
                _replaying = true;
                orchestrator = Turn(orchestrator, start, recorded);
                if (Differs(recorded) is { } difference) return Failed(difference);
            }
            _replaying = false;
            orchestrator = Turn(orchestrator, start, turn);
            if (_pump.Foreign || (!orchestrator.IsCompleted && _pending.Count == 0 && _waiting.Values.All(w => w.Count == 0)))
                return Failed(
                    $"Orchestrator '{name}' awaits something that is not of its context (a delay, I/O, another thread): it can never go on."
                );
            if (!orchestrator.IsCompleted) return Continued();
            return orchestrator.IsCompletedSuccessfully
                ? Continued() with { Ended = true, Output = DurableJson.Write(FunctionInvoker.ResultOf(orchestrator)) }
                : Continued() with { Ended = true, Failure = FailureOf(orchestrator) };
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            // A result that cannot be written would fail at every replay alike.
            return Continued() with { Ended = true, Failure = TaskFailureDetails.Of(e) };
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    private Outcome Continued() => new(_actions.ToList(), _inputs, false, null, null, CustomStatus);

    private Outcome Failed(string difference) =>
        Continued() with
        {
            Actions = [],
            Ended = true,
            Failure = new TaskFailureDetails("NonDeterministicOrchestrationException", difference, null, null),
        };

    private static TaskFailureDetails FailureOf(Task task) =>
        task.IsCanceled
            ? new TaskFailureDetails(typeof(TaskCanceledException).FullName!, "The orchestration was cancelled.", null, null)
            : TaskFailureDetails.Of(task.Exception!.InnerException!);

    private Task Turn(Task? orchestrator, Func<TaskOrchestrationContext, Task> start, IReadOnlyList<HistoryEvent> turn)
    {
        _actions.Clear();
        _inputs.Clear();
        _now = turn[0].At.UtcDateTime;
        if (orchestrator is null) orchestrator = Started(start);
        _pump.Drain();
        foreach (var e in turn.Skip(1))
        {
            if (e.IsAction) break;
            Deliver(e);
            _pump.Drain();
        }
        return orchestrator;
    }

    private Task Started(Func<TaskOrchestrationContext, Task> start)
    {
        try
        {
            return start(this);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return Task.FromException(e);
        }
    }

    private void Deliver(HistoryEvent e)
    {
        if (e.Kind == HistoryEvent.EventRaised)
        {
            if (_waiting.TryGetValue(e.Name!, out var waiting) && waiting.First is { } first)
            {
                waiting.RemoveFirst();
                first.Value.Complete(e);
            }
            else
            {
                if (!_events.TryGetValue(e.Name!, out var queue)) _events[e.Name!] = queue = new();
                queue.Enqueue(e.Payload);
            }
        }
        else if (_pending.Remove(e.TaskId!.Value, out var pending))
        {
            pending.Complete(e);
        }
        // Else a timer that was cancelled fires, or a task that nobody awaits any more.
    }

    /// <summary>How this turn's actions differ from the recorded ones, or null.</summary>
    private string? Differs(IReadOnlyList<HistoryEvent> recorded)
    {
        var expected = recorded.Where(e => e.IsAction).ToList();
        for (var i = 0; i < Math.Max(expected.Count, _actions.Count); i++)
        {
            var then = i < expected.Count ? expected[i] : null;
            var now = i < _actions.Count ? _actions[i] : null;
            if (
                then?.Kind == now?.Kind
                && then?.TaskId == now?.TaskId
                && string.Equals(then?.Name, now?.Name, StringComparison.OrdinalIgnoreCase)
            )
                continue;
            return $"Orchestrator '{name}' is not deterministic: its history says it scheduled {then?.ToString() ?? "nothing more"}, "
                + $"the replay scheduled {now?.ToString() ?? "nothing more"}. "
                + "Was its code changed while it ran, or does it use a clock, randomness or I/O of its own?";
        }
        return null;
    }

    private static IEnumerable<IReadOnlyList<HistoryEvent>> Turns(IReadOnlyList<HistoryEvent> past)
    {
        var turn = new List<HistoryEvent>();
        foreach (var e in past)
        {
            if (e.Kind == HistoryEvent.TurnStarted && turn.Count > 0)
            {
                yield return turn;
                turn = [];
            }
            turn.Add(e);
        }
        if (turn.Count > 0) yield return turn;
    }

    public override T? GetInput<T>()
        where T : default => input is null ? default : JsonSerializer.Deserialize<T>(input, DurableJson.Options);

    public override async Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        var begin = _now;
        for (var attempt = 1; ; attempt++)
        {
            var pending = new Pending<TResult>();
            var json = DurableJson.Write(input);
            _inputs[Schedule(HistoryEvent.TaskScheduled, name.Name, _now, pending)] = json;
            try
            {
                return await pending.Task;
            }
            catch (TaskFailedException) when (options?.Retry?.WaitAfter(attempt, _now - begin) is { } wait)
            {
                await CreateTimer(_now + wait, CancellationToken.None);
            }
        }
    }

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        var pending = new Pending<object?>();
        var id = Schedule(HistoryEvent.TimerCreated, null, new DateTimeOffset(fireAt, TimeSpan.Zero), pending);
        cancellationToken.Register(() =>
        {
            if (_pending.Remove(id)) pending.Cancel();
        });
        return pending.Task;
    }

    private int Schedule(string kind, string? name, DateTimeOffset at, Pending pending)
    {
        var id = _taskIds++;
        pending.Id = id;
        pending.Name = name;
        _pending[id] = pending;
        _actions.Add(new HistoryEvent(kind, id, name, null, at));
        return id;
    }

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        var pending = new Pending<T>();
        if (_events.TryGetValue(eventName, out var queue) && queue.TryDequeue(out var payload))
        {
            pending.Complete(new HistoryEvent(HistoryEvent.EventRaised, null, eventName, payload, default));
            return pending.Task;
        }
        if (!_waiting.TryGetValue(eventName, out var waiting)) _waiting[eventName] = waiting = new();
        var node = waiting.AddLast(pending);
        cancellationToken.Register(() =>
        {
            if (node.List is null) return;
            waiting.Remove(node);
            pending.Cancel();
        });
        return pending.Task;
    }

    public override void SetCustomStatus(object? customStatus) => CustomStatus = DurableJson.Write(customStatus);

    public override Guid NewGuid()
    {
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes($"{executionId:N}:{_guids++}"));
        return new Guid(hash.AsSpan(0, 16));
    }

    private abstract class Pending
    {
        public int Id { get; set; }
        public string? Name { get; set; }
        public abstract void Complete(HistoryEvent e);
        public abstract void Cancel();
    }

    /// <summary>Continuations run inline, on the one thread of the replay: that is what keeps their order.</summary>
    private sealed class Pending<T> : Pending
    {
        private readonly TaskCompletionSource<T> _source = new();

        public Task<T> Task => _source.Task;

        public override void Complete(HistoryEvent e)
        {
            if (e.Kind == HistoryEvent.TaskFailed)
                _source.TrySetException(
                    new TaskFailedException(Name!, Id, JsonSerializer.Deserialize<TaskFailureDetails>(e.Payload!, DurableJson.Options)!)
                );
            else if (Read(e.Payload, out var value) is { } unreadable)
                _source.TrySetException(unreadable);
            else
                _source.TrySetResult(value!);
        }

        /// <summary>
        /// A payload of another type than awaited is the orchestrator's to handle: thrown here, it would fail every turn anew.
        /// </summary>
        private static Exception? Read(string? payload, out T? value)
        {
            value = default;
            try
            {
                if (payload is not null) value = JsonSerializer.Deserialize<T>(payload, DurableJson.Options);
                return null;
            }
            catch (Exception e) when (e is JsonException or NotSupportedException)
            {
                return e;
            }
        }

        public override void Cancel() => _source.TrySetCanceled();
    }

    /// <summary>Runs posted continuations on the replay's own thread.</summary>
    private sealed class Pump : SynchronizationContext
    {
        private readonly Queue<(SendOrPostCallback Call, object? State)> _queue = new();
        private readonly int _thread = Environment.CurrentManagedThreadId;

        /// <summary>A continuation was posted from another thread: whether it arrives within the turn differs between replays.</summary>
        public bool Foreign { get; private set; }

        public override void Post(SendOrPostCallback d, object? state)
        {
            lock (_queue)
            {
                if (Environment.CurrentManagedThreadId == _thread) _queue.Enqueue((d, state));
                else Foreign = true;
            }
        }

        public void Drain()
        {
            while (true)
            {
                (SendOrPostCallback Call, object? State) next;
                lock (_queue)
                    if (!_queue.TryDequeue(out next)) return;
                next.Call(next.State);
            }
        }
    }
}
