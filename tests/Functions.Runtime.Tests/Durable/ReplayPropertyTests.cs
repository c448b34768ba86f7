using AgentInvest.Functions.Runtime.Durable;
using FsCheck;
using FsCheck.Fluent;
using Replay = AgentInvest.Functions.Runtime.Durable.Replay;

namespace AgentInvest.Functions.Runtime.Tests.Durable;

/// <summary>Random orchestrations under random timing: the same history always gives the same actions.</summary>
public sealed class ReplayPropertyTests
{
    private abstract record Node;
    private sealed record Leaf(int Kind) : Node;
    private sealed record Many(bool AtOnce, bool First, Node[] Parts) : Node;

    [Fact]
    public void Replaying_any_prefix_of_a_history_gives_the_actions_recorded_after_it() =>
        Prop.ForAll(Arb.From(Gen.Zip(Tree(3), Gen.Choose(0, int.MaxValue))), sample =>
        {
            var (tree, seed) = sample;
            var script = new Script(c => RunAsync(c, tree));
            var outcome = Play(script, new Random(seed));
            Assert.Null(outcome.Failure);

            var turns = Turns(script.History);
            for (var n = 0; n < turns.Count; n++)
            {
                var again = script.Run(turns.Take(n).SelectMany(t => t).ToList(), turns[n].Where(e => !e.IsAction).ToList());
                Assert.Equal(turns[n].Where(e => e.IsAction), again.Actions);
                Assert.Equal(n == turns.Count - 1, again.Ended);
                if (again.Ended) Assert.Equal(outcome.Output, again.Output);
            }
        }).QuickCheckThrowOnFailure();

    private static async Task<string> RunAsync(TaskOrchestrationContext c, Node node)
    {
        switch (node)
        {
            case Leaf { Kind: 0 }: return await c.CallActivityAsync<string>("Work", c.NewGuid());
            case Leaf { Kind: 1 }:
                await c.CreateTimer(TimeSpan.FromSeconds(5), CancellationToken.None);
                return c.CurrentUtcDateTime.ToString("ss", System.Globalization.CultureInfo.InvariantCulture);
            case Leaf { Kind: 2 }: return await c.WaitForExternalEvent<string>("event");
            case Leaf:
                try
                {
                    return await c.WaitForExternalEvent<string>("rare", TimeSpan.FromSeconds(3));
                }
                catch (TaskCanceledException)
                {
                    return "-";
                }
            case Many { AtOnce: false } many:
                var text = "";
                foreach (var part in many.Parts) text += await RunAsync(c, part);
                return text;
            case Many many:
                var running = many.Parts.Select(p => RunAsync(c, p)).ToList();
                return many.First ? await await Task.WhenAny(running) : string.Concat(await Task.WhenAll(running));
            default: throw new InvalidOperationException();
        }
    }

    /// <summary>Lets a random part of what is outstanding happen in each turn, in random order; events keep coming.</summary>
    private static Replay.Outcome Play(Script script, Random random)
    {
        var outstanding = new List<HistoryEvent>();
        var outcome = script.Turn();
        while (!outcome.Ended)
        {
            outstanding.AddRange(outcome.Actions);
            script.Now += TimeSpan.FromSeconds(1);
            var some = outstanding.Where(_ => random.Next(2) == 0).OrderBy(_ => random.Next()).ToList();
            outstanding.RemoveAll(some.Contains);
            outcome = script.Turn([
                .. some.Select(a =>
                    a.Kind == HistoryEvent.TimerCreated ? script.Fired(a.TaskId!.Value) : script.Completed(a.TaskId!.Value, $"{a.TaskId}")
                ),
                script.Raised(random.Next(4) == 0 ? "rare" : "event", $"e{random.Next(10)}"),
            ]);
        }
        return outcome;
    }

    private static Gen<Node> Tree(int depth)
    {
        var leaf = Gen.Choose(0, 3).Select(kind => (Node)new Leaf(kind));
        if (depth == 0) return leaf;
        var many = from atOnce in Gen.Elements(true, false)
                   from first in Gen.Elements(true, false)
                   from count in Gen.Choose(1, 4)
                   from parts in Gen.ArrayOf(Tree(depth - 1), count)
                   select (Node)new Many(atOnce, first, parts);
        return Gen.OneOf(leaf, many);
    }

    private static List<List<HistoryEvent>> Turns(IEnumerable<HistoryEvent> history)
    {
        var turns = new List<List<HistoryEvent>>();
        foreach (var e in history)
        {
            if (e.Kind == HistoryEvent.TurnStarted) turns.Add([]);
            turns[^1].Add(e);
        }
        return turns;
    }
}
