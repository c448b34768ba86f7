namespace AgentInvest.Market.Realtime;

/// <summary>The latest tick of each symbol.</summary>
public sealed class QuoteBoard
{
    private readonly Providers.ProviderChain _chain;
    private readonly TimeProvider _time;

    internal QuoteBoard(Providers.ProviderChain chain, TimeProvider time) => (_chain, _time) = (chain, time);

    /// <summary>Null for an unknown symbol.</summary>
    public QuoteTick? Latest(string symbol) => _chain.Of(symbol)?.TickOf(symbol, _time.GetUtcNow());
}
