using AgentInvest.Core;
using AgentInvest.Market.Providers;

namespace AgentInvest.Market.Realtime;

/// <summary>The latest tick of every symbol that has ticks: what a serverless host pushes to the groups of its hub once a second.</summary>
[Singleton]
public sealed class PollQuotes(ProviderChain chain, TimeProvider time)
{
    public IReadOnlyList<QuoteTick> Handle()
    {
        var now = time.GetUtcNow();
        return chain.All().Where(x => x.Provider.Ticks).Select(x => x.Provider.TickOf(x.Instrument.Symbol, now)).ToList();
    }
}
