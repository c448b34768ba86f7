namespace AgentInvest.Market.Providers;

/// <summary>Providers in the order they are asked: the first that knows a symbol serves it.</summary>
internal sealed class ProviderChain(IEnumerable<IMarketProvider> providers)
{
    private readonly IMarketProvider[] _providers = providers.ToArray();

    public IMarketProvider? Of(string symbol) => Array.Find(_providers, p => p.Find(symbol) is not null);

    /// <summary>Every instrument once, with the provider that serves it.</summary>
    public IEnumerable<(Instrument Instrument, IMarketProvider Provider)> All() =>
        _providers
            .SelectMany(p => p.Instruments.Select(i => (Instrument: i, Provider: p)))
            .Where(x => ReferenceEquals(Of(x.Instrument.Symbol), x.Provider));
}
