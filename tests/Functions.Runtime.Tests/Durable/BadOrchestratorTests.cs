using AgentInvest.Functions.Runtime.Durable;

namespace AgentInvest.Functions.Runtime.Tests.Durable;

/// <summary>
/// What an orchestrator must not do fails the instance with a reason: an instance that throws at each turn would be retried for ever.
/// </summary>
public sealed class BadOrchestratorTests
{
    [Fact]
    public void Code_that_changed_while_it_ran_fails_with_what_differs()
    {
        var script = Script.Of(async c => await c.CallActivityAsync<string>("ReadPrices") + await c.CallActivityAsync<string>("Value"));
        script.Turn();
        script.Turn(script.Completed(0, "p"));
        script.Orchestrator = async c =>
        {
            await c.CallActivityAsync("ReadPrices");
            await c.CallActivityAsync("ValueAll");
        };
        Fails(script.Turn(script.Completed(1, "v")), "NonDeterministic", "activity 'Value' as #1", "activity 'ValueAll' as #1");
        script.Orchestrator = async c => await c.CallActivityAsync("ReadPrices");
        Fails(script.Turn(script.Completed(1, "v")), "NonDeterministic", "activity 'Value' as #1", "nothing more");
        script.Orchestrator = async c =>
            await Task.WhenAll(c.CallActivityAsync("ReadPrices"), c.CreateTimer(TimeSpan.FromSeconds(1), default));
        Fails(script.Turn(script.Completed(1, "v")), "NonDeterministic", "nothing more", "a timer as #1");
    }

    [Fact]
    public void Awaiting_a_task_of_another_source_fails_the_instance()
    {
        var never = new TaskCompletionSource();
        Fails(new Script(_ => never.Task).Turn(), "NonDeterministic", "'Sample' awaits something that is not of its context");

        var both = new Script(async c =>
        {
            var work = c.CallActivityAsync("Work");
            await never.Task;
            await work;
        });
        Assert.False(both.Turn().Ended);
        Fails(both.Turn(both.Completed(0)), "NonDeterministic", "not of its context");
    }

    [Fact]
    public void Continuing_from_another_thread_fails_the_instance()
    {
        var script = new Script(async c =>
        {
            var elsewhere = new TaskCompletionSource();
            var waiting = Waiting(elsewhere.Task);
            // The other thread completes it while this one is still within the turn.
            var thread = new Thread(elsewhere.SetResult);
            thread.Start();
            thread.Join();
            await c.CallActivityAsync("Work");
            await waiting;
        });
        static async Task Waiting(Task task) => await task;
        Fails(script.Turn(), "NonDeterministic", "not of its context");
    }

    [Fact]
    public void A_result_of_another_type_than_awaited_can_be_caught()
    {
        var script = Script.Of(async c =>
        {
            try
            {
                return await c.CallActivityAsync<int>("Count");
            }
            catch (System.Text.Json.JsonException)
            {
                return await c.WaitForExternalEvent<int>("count");
            }
        });
        script.Turn();
        Assert.False(script.Turn(script.Completed(0, "many")).Ended);
        Fails(script.Turn(script.Raised("count", "some")), "JsonException", "could not be converted");
    }

    [Fact]
    public void A_result_that_cannot_be_written_as_JSON_fails_the_instance()
    {
        var loop = new Node();
        loop.Next = loop;
        Fails(Script.Of(_ => Task.FromResult(loop)).Turn(), "JsonException", "cycle");
    }

    [Fact]
    public void An_input_that_cannot_be_written_as_JSON_schedules_nothing()
    {
        var loop = new Node();
        loop.Next = loop;
        var input = new Script(async c =>
        {
            try
            {
                await c.CallActivityAsync("Work", loop);
            }
            catch (System.Text.Json.JsonException)
            {
                await c.CallActivityAsync("Other", 1);
            }
        }).Turn();
        Assert.Equal("Other", Assert.Single(input.Actions).Name);
        Assert.Equal([input.Actions[0].TaskId!.Value], input.Inputs.Keys);
    }

    [Fact]
    public void An_exception_fails_the_instance_before_the_first_await_as_after_it()
    {
        Fails(new Script(_ => throw new InvalidOperationException("at once")).Turn(), "InvalidOperationException", "at once");
        var later = new Script(async c =>
        {
            await c.CallActivityAsync("Work");
            throw new InvalidOperationException("later");
        });
        later.Turn();
        Fails(later.Turn(later.Completed(0)), "InvalidOperationException", "later");
    }

    private sealed class Node
    {
        public Node? Next { get; set; }
    }

    private static void Fails(Replay.Outcome outcome, string type, params string[] message)
    {
        Assert.True(outcome.Ended);
        Assert.Contains(type, outcome.Failure?.ErrorType);
        Assert.All(message, m => Assert.Contains(m, outcome.Failure!.ErrorMessage));
    }
}
