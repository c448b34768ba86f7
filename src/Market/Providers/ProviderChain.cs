namespace AgentInvest.Market.Providers;

/// <summary>Providers in the order they are asked: the first that knows a symbol serves it.</summary>
public sealed class ProviderChain
{
    private readonly IMarketProvider[] _providers;

    internal ProviderChain(IEnumerable<IMarketProvider> providers) => _providers = providers.ToArray();

    internal IMarketProvider? Of(string symbol) => Array.Find(_providers, p => p.Find(symbol) is not null);

    /// <summary>Every instrument once, with the provider that serves it.</summary>
    internal IEnumerable<(Instrument Instrument, IMarketProvider Provider)> All() =>
        _providers
            .SelectMany(p => p.Instruments.Select(i => (Instrument: i, Provider: p)))
            .Where(x => ReferenceEquals(Of(x.Instrument.Symbol), x.Provider));
}
