using AgentInvest.Market.Providers;

namespace AgentInvest.Market.History;

/// <summary>GET /market/stocks/{symbol}/dividends and /splits: newest first.</summary>
public sealed class GetActions
{
    private readonly ProviderChain _chain;
    private readonly TimeProvider _time;

    internal GetActions(ProviderChain chain, TimeProvider time) => (_chain, _time) = (chain, time);

    public sealed record Dividend(DateOnly ExDate, decimal Amount, string Currency);
    public sealed record Split(DateOnly Date, decimal Ratio);
    public sealed record Response<T>(string Symbol, IReadOnlyList<T> Items, string Source);

    public Response<Dividend> Dividends(string symbol) =>
        Of(symbol, CorporateActionKind.Dividend, a => new Dividend(a.EffectiveOn, a.Value, a.Currency));
    public Response<Split> Splits(string symbol) => Of(symbol, CorporateActionKind.Split, a => new Split(a.EffectiveOn, a.Value));

    private Response<T> Of<T>(string symbol, CorporateActionKind kind, Func<CorporateAction, T> map)
    {
        var name = Symbols.Parse(symbol);
        var provider = _chain.Of(name) ?? throw MarketProblems.UnknownSymbol(name);
        return new Response<T>(
            name,
            provider.Actions(name, _time.GetUtcNow()).Where(a => a.Kind == kind).OrderByDescending(a => a.EffectiveOn).Select(map).ToList(),
            provider.Source
        );
    }
}
