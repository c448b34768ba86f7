using AgentInvest.Functions.Runtime.Durable;

namespace AgentInvest.Functions.Runtime.Tests.Durable;

public sealed class ReplayTests
{
    [Fact]
    public void Fanned_out_activities_are_joined_in_the_order_they_were_called_in()
    {
        var script = Script.Of(async c =>
            string.Concat(await Task.WhenAll("abc".Select(x => c.CallActivityAsync<string>("Echo", $"{x}"))))
        );
        var first = script.Turn();
        Assert.Equal([(0, "Echo"), (1, "Echo"), (2, "Echo")], first.Actions.Select(a => (a.TaskId!.Value, a.Name!)));
        Assert.Equal(["\"a\"", "\"b\"", "\"c\""], first.Inputs.OrderBy(i => i.Key).Select(i => i.Value));
        Assert.False(script.Turn(script.Completed(2, "C")).Ended);
        Assert.False(script.Turn(script.Completed(0, "A")).Ended);
        var last = script.Turn(script.Completed(1, "B"));
        Assert.Equal((true, "\"ABC\""), (last.Ended, last.Output));
    }

    [Fact]
    public void Results_that_arrive_together_are_handled_in_the_order_of_the_history()
    {
        var script = Script.Of(async c =>
        {
            var order = new List<int>();
            async Task Branch(int n)
            {
                await c.CallActivityAsync("Work", n);
                order.Add(n);
            }
            await Task.WhenAll(Branch(0), Branch(1), Branch(2));
            return order;
        });
        script.Turn();
        Assert.Equal("[2,0,1]", script.Turn(script.Completed(2), script.Completed(0), script.Completed(1)).Output);
    }

    [Fact]
    public void Retries_back_off_up_to_the_maximum_interval_until_the_last_attempt_fails()
    {
        var retry = TaskOptions.FromRetryPolicy(new RetryPolicy(5, TimeSpan.FromSeconds(2), 3.0, TimeSpan.FromSeconds(20)));
        var script = Script.Of(c => c.CallActivityAsync<int>("Fails", null, retry));
        var outcome = script.Turn();
        var waits = new List<double>();
        while (!outcome.Ended)
        {
            var action = Assert.Single(outcome.Actions);
            if (action.Kind == HistoryEvent.TimerCreated)
            {
                waits.Add((action.At - script.Now).TotalSeconds);
                script.Now = action.At;
            }
            outcome = script.Turn(
                action.Kind == HistoryEvent.TimerCreated
                    ? script.Fired(action.TaskId!.Value)
                    : script.Failed(action.TaskId!.Value, new TimeoutException($"attempt {waits.Count + 1}"))
            );
        }
        Assert.Equal([2, 6, 18, 20], waits);
        Assert.Contains("attempt 5", outcome.Failure!.ErrorMessage);
        Assert.True(outcome.Failure.InnerFailure!.IsCausedBy<TimeoutException>());
    }

    [Fact]
    public void A_retry_that_succeeds_gives_its_result()
    {
        var attempts = 0;
        Assert.Equal(
            "7",
            new Script(Calling(new RetryPolicy(9, TimeSpan.FromSeconds(1))))
                .Finish((_, _) => ++attempts < 3 ? throw new TimeoutException() : 7)
                .Output
        );
        Assert.Equal(3, attempts);
    }

    [Fact]
    public void No_retry_goes_beyond_the_timeout()
    {
        var attempts = 0;
        // A turn a second: tried at 0, 2 and 4 s, for another wait would end after the 4 s.
        var timedOut = new Script(Calling(new RetryPolicy(9, TimeSpan.FromSeconds(1), retryTimeout: TimeSpan.FromSeconds(4)))).Finish(
            (_, _) => throw new TimeoutException($"{++attempts}")
        );
        Assert.NotNull(timedOut.Failure);
        Assert.Equal(3, attempts);
    }

    private static Func<TaskOrchestrationContext, Task<int>> Calling(RetryPolicy policy) =>
        c => c.CallActivityAsync<int>("Flaky", null, TaskOptions.FromRetryPolicy(policy));

    [Fact]
    public void A_failed_activity_is_caught_with_its_name_number_and_cause()
    {
        var script = Script.Of(async c =>
        {
            try
            {
                await c.CallActivityAsync("Book", 1);
                return "booked";
            }
            catch (TaskFailedException e)
            {
                return $"{e.TaskName} #{e.TaskId} {e.FailureDetails.ErrorMessage} "
                    + $"{e.FailureDetails.IsCausedBy<ArgumentNullException>()} {e.FailureDetails.IsCausedBy<ArgumentException>()} "
                    + $"{e.FailureDetails.IsCausedBy<TimeoutException>()} "
                    + e.FailureDetails.InnerFailure!.IsCausedBy<FormatException>();
            }
        });
        script.Turn();
        Assert.Equal(
            "\"Book #0 no lot True True False True\"",
            script.Turn(script.Failed(0, new ArgumentNullException("no lot", new FormatException("inner")))).Output
        );
    }

    [Fact]
    public void A_cancelled_timer_that_fires_later_changes_nothing()
    {
        var script = Script.Of(async c =>
        {
            using var cancel = new CancellationTokenSource();
            var timer = c.CreateTimer(TimeSpan.FromHours(1), cancel.Token);
            var work = c.CallActivityAsync<string>("Work");
            if (await Task.WhenAny(timer, work) != timer) cancel.Cancel();
            return $"{timer.IsCanceled} {await c.CallActivityAsync<string>("More", await work)}";
        });
        var timer = script.Turn().Actions[0];
        Assert.Equal((HistoryEvent.TimerCreated, script.Now.AddHours(1)), (timer.Kind, timer.At));
        Assert.Equal("More", Assert.Single(script.Turn(script.Completed(1, "done")).Actions).Name);
        script.Now = timer.At;
        Assert.Empty(script.Turn(script.Fired(0)).Actions);
        Assert.Equal("\"True more\"", script.Turn(script.Completed(2, "more")).Output);
    }

    [Fact]
    public void Events_are_kept_until_they_are_awaited()
    {
        var script = Script.Of(async c =>
        {
            await c.CallActivityAsync("Prepare");
            var first = await c.WaitForExternalEvent<string>("approval");
            return first + await c.WaitForExternalEvent<string>("Approval") + await c.WaitForExternalEvent<string>("APPROVAL");
        });
        script.Turn(script.Raised("Approval", "a"));
        Assert.False(script.Turn(script.Raised("approval", "b"), script.Completed(0), script.Raised("other", "x")).Ended);
        Assert.Equal("\"abc\"", script.Turn(script.Raised("approval", "c")).Output);
    }

    [Fact]
    public void An_event_in_time_ends_a_wait_with_a_timeout()
    {
        var inTime = Script.Of(ApprovalAsync);
        Assert.Equal(inTime.Now.AddMinutes(5), Assert.Single(inTime.Turn().Actions).At);
        Assert.Equal("\"yes\"", inTime.Turn(inTime.Raised("approval", "yes")).Output);
        var early = Script.Of(ApprovalAsync);
        Assert.Equal("\"early\"", early.Turn(early.Raised("approval", "early")).Output);
    }

    [Fact]
    public void A_wait_whose_timeout_passes_ends_in_TaskCanceledException()
    {
        var late = Script.Of(ApprovalAsync);
        late.Turn();
        late.Now = late.Now.AddMinutes(5);
        Assert.Equal("\"too late at 10:05\"", late.Turn(late.Fired(0), late.Raised("approval", "yes")).Output);
    }

    private static async Task<string> ApprovalAsync(TaskOrchestrationContext c)
    {
        try
        {
            return await c.WaitForExternalEvent<string>("approval", TimeSpan.FromMinutes(5));
        }
        catch (TaskCanceledException)
        {
            return "too late at " + c.CurrentUtcDateTime.ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    [Fact]
    public void Time_ids_and_status_are_the_same_at_every_replay()
    {
        var seen = new List<(DateTime Time, Guid Id, bool Replaying)>();
        var script = new Script(async c =>
        {
            for (var i = 0; i < 3; i++)
            {
                seen.Add((c.CurrentUtcDateTime, c.NewGuid(), c.IsReplaying));
                c.SetCustomStatus(new { step = i });
                await c.CallActivityAsync("Step", i);
            }
        });
        var times = new[] { script.Now, script.Now.AddSeconds(3), script.Now.AddDays(1) };
        Assert.Equal("{\"step\":0}", script.Turn().CustomStatus);
        script.Now = times[1];
        script.Turn(script.Completed(0));
        script.Now = times[2];
        seen.Clear();
        Assert.Equal("{\"step\":2}", script.Turn(script.Completed(1)).CustomStatus);
        Assert.Equal(times.Select(t => t.UtcDateTime), seen.Select(s => s.Time));
        Assert.Equal([true, true, false], seen.Select(s => s.Replaying));
        Assert.Equal(3, seen.Select(s => s.Id).Distinct().Count());
        var ids = seen.Select(s => s.Id).ToList();
        seen.Clear();
        script.Now = script.Now.AddDays(1);
        Assert.True(script.Turn(script.Completed(2)).Ended);
        Assert.Equal(ids, seen.Select(s => s.Id));
        Assert.All(seen, s => Assert.True(s.Replaying));
    }

    [Fact]
    public void Input_is_read_as_the_type_asked_for()
    {
        var script = Script.Of(c => Task.FromResult(c.GetInput<int[]>()!.Sum() + c.InstanceId + c.Name), new[] { 1, 2, 3 });
        Assert.Equal("\"6sample-1Sample\"", script.Turn().Output);
    }
}
