using AgentInvest.Core;
using AgentInvest.Market.Providers;

namespace AgentInvest.Market.Realtime;

/// <summary>The latest tick of each symbol.</summary>
[Singleton]
public sealed class QuoteBoard(ProviderChain chain, TimeProvider time)
{
    /// <summary>Null for an unknown symbol.</summary>
    public QuoteTick? Latest(string symbol) => chain.Of(symbol)?.TickOf(symbol, time.GetUtcNow());
}
