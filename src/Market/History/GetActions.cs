using AgentInvest.Core;
using AgentInvest.Market.Providers;

namespace AgentInvest.Market.History;

/// <summary>GET /market/stocks/{symbol}/dividends and /splits: newest first.</summary>
[Singleton]
public sealed class GetActions(ProviderChain chain, TimeProvider time)
{
    /// <param name="Amount">Per share.</param>
    public sealed record Dividend(DateOnly ExDate, decimal Amount, string Currency);

    /// <param name="Ratio">New shares per old.</param>
    public sealed record Split(DateOnly Date, decimal Ratio);

    public sealed record DividendList(string Symbol, IReadOnlyList<Dividend> Items, string Source);
    public sealed record SplitList(string Symbol, IReadOnlyList<Split> Items, string Source);

    public DividendList ListDividends(string symbol)
    {
        var (name, source, actions) = Find(symbol, CorporateActionKind.Dividend);
        return new DividendList(name, actions.Select(a => new Dividend(a.EffectiveOn, a.Value, a.Currency)).ToList(), source);
    }

    public SplitList ListSplits(string symbol)
    {
        var (name, source, actions) = Find(symbol, CorporateActionKind.Split);
        return new SplitList(name, actions.Select(a => new Split(a.EffectiveOn, a.Value)).ToList(), source);
    }

    private (string Name, string Source, IEnumerable<CorporateAction> Actions) Find(string symbol, CorporateActionKind kind)
    {
        var name = Symbols.Parse(symbol);
        var provider = chain.Of(name) ?? throw MarketProblems.UnknownSymbol(name);
        var actions = provider.Actions(name, time.GetUtcNow()).Where(a => a.Kind == kind).OrderByDescending(a => a.EffectiveOn);
        return (name, provider.Source, actions);
    }
}
