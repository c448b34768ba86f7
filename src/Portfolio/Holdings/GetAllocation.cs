using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using static AgentInvest.Portfolio.Transactions.TransactionView;

namespace AgentInvest.Portfolio.Holdings;

/// <summary>GET /portfolio/allocation: of holdings and cash together, largest first.</summary>
public sealed class GetAllocation
{
    private const string Unknown = "unknown";
    private const string Cash = "cash";
    private readonly BookLoader _loader;
    private readonly ValueHoldings _value;

    internal GetAllocation(BookLoader loader, ValueHoldings value) => (_loader, _value) = (loader, value);

    public sealed record Item(string Key, decimal MarketValue, decimal Weight);
    public sealed record Response(string By, string Currency, IReadOnlyList<Item> Items);

    public async Task<(Response Response, string ETag)> HandleAsync(CurrentUser user, Guid? portfolioId, string? by, CancellationToken ct)
    {
        by ??= "asset";
        Func<ValuedHolding, string> key = by switch
        {
            "asset" => h => h.Position.Symbol,
            "sector" => h => h.Sector ?? Unknown,
            "class" => h => h.Class,
            "currency" => h => h.Currency,
            "country" => h => h.Country ?? Unknown,
            _ => throw Problems.Validation("by", "must be one of asset, sector, class, currency, country"),
        };
        var loaded = await _loader.LoadAsync(user, portfolioId, ct);
        var valued = await _value.HandleAsync(loaded, null, ct);
        var parts = valued
            .Holdings.Select(h => (Key: key(h), h.Value))
            .Concat(valued.Balances.Select(b => (Key: by == "currency" ? b.Currency : Cash, b.Value)));
        var groups = parts
            .GroupBy(p => p.Key, StringComparer.Ordinal)
            .Select(g => (g.Key, Value: Rounded(g.Sum(p => p.Value))))
            .OrderByDescending(g => g.Value)
            .ThenBy(g => g.Key, StringComparer.Ordinal)
            .ToList();
        return (new Response(by, loaded.Portfolio.BaseCurrency, Weigh(groups)), loaded.Portfolio.ETag);
    }

    /// <summary>Weights that add up to 1 exactly: the largest takes what rounding leaves.</summary>
    private static List<Item> Weigh(List<(string Key, decimal Value)> groups)
    {
        var total = groups.Sum(g => g.Value);
        if (total <= 0) return groups.ConvertAll(g => new Item(g.Key, g.Value, 0));
        var items = groups.ConvertAll(g => new Item(g.Key, g.Value, Rounded(g.Value / total)));
        items[0] = items[0] with { Weight = items[0].Weight + 1 - items.Sum(i => i.Weight) };
        return items;
    }
}
