using AgentInvest.Market.Realtime;
using FsCheck;
using FsCheck.Fluent;

namespace AgentInvest.Market.Tests.Realtime;

public sealed class QuoteMailboxTests
{
    [Fact]
    public void The_newest_tick_names_the_one_delivered_before()
    {
        var mailbox = new QuoteMailbox();
        Assert.Empty(mailbox.Take());
        foreach (var seq in new[] { 3, 5, 4 }) mailbox.Offer(Tick("A", seq));
        Assert.Equal([("A", 5, null)], mailbox.Take().Select(t => (t.Symbol, t.Seq, t.PrevSeq)));
        foreach (var seq in new[] { 5, 2 }) mailbox.Offer(Tick("A", seq));
        Assert.Empty(mailbox.Take());
        mailbox.Offer(Tick("A", 9));
        Assert.Equal(5, Assert.Single(mailbox.Take()).PrevSeq);
    }

    /// <summary>Whatever is offered, in whatever order, and whenever it is taken.</summary>
    [Fact]
    public void Delivered_ticks_are_a_chain_without_gaps() =>
        Prop.ForAll(ArbMap.Default.ArbFor<(byte Symbol, byte Seq, bool Take)[]>(), steps =>
        {
            var mailbox = new QuoteMailbox();
            var delivered = new Dictionary<string, long>();
            var newest = new Dictionary<string, long>();
            foreach (var (symbol, seq, take) in steps.Append((default, default, true)))
            {
                var name = $"S{symbol % 4}";
                mailbox.Offer(Tick(name, seq));
                newest[name] = Math.Max(newest.GetValueOrDefault(name, -1), seq);
                if (!take) continue;
                var ticks = mailbox.Take();
                Assert.Equal(ticks.Count, ticks.Select(t => t.Symbol).Distinct().Count());
                foreach (var tick in ticks)
                {
                    Assert.Equal(delivered.TryGetValue(tick.Symbol, out var before) ? before : null, tick.PrevSeq);
                    Assert.True(tick.PrevSeq is null || tick.PrevSeq < tick.Seq);
                    delivered[tick.Symbol] = tick.Seq;
                }
                Assert.Equal(newest, delivered);
            }
        }).QuickCheckThrowOnFailure();

    private static QuoteTick Tick(string symbol, long seq) => new(symbol, 1, 1, 1, 1, default, seq, null, "test");
}
