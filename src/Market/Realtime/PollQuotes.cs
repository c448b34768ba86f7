using AgentInvest.Market.Providers;

namespace AgentInvest.Market.Realtime;

/// <summary>The latest tick of everything that moves, once a second: what a serverless host pushes to the groups of its hub.</summary>
public sealed class PollQuotes
{
    private readonly ProviderChain _chain;
    private readonly TimeProvider _time;

    internal PollQuotes(ProviderChain chain, TimeProvider time) => (_chain, _time) = (chain, time);

    public IReadOnlyList<QuoteTick> Handle()
    {
        var now = _time.GetUtcNow();
        return _chain.All().Where(x => x.Provider.Ticks).Select(x => x.Provider.TickOf(x.Instrument.Symbol, now)).ToList();
    }
}
