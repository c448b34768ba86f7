using System.ComponentModel;
using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Core.Security;
using AgentInvest.Portfolio.Portfolios;

namespace AgentInvest.Portfolio.Holdings;

/// <summary>GET /portfolio/allocation: of holdings and cash together, largest first.</summary>
[Singleton]
public sealed class GetAllocation(BookLoader loader, BookValuation valuation)
{
    private const string Unknown = "unknown";
    private const string Cash = "cash";

    /// <summary>What the allocation is grouped by.</summary>
    public enum AllocationKey { Asset, Sector, Class, Currency, Country }

    public sealed record Query(
        PortfolioChoice Portfolio,
        [Description("What to group by.")] AllocationKey By = AllocationKey.Asset
    );

    /// <param name="Key">A symbol, sector, class, currency or country; <c>cash</c>, and <c>unknown</c> where none is known.</param>
    /// <param name="MarketValue">In base currency.</param>
    /// <param name="Weight">A fraction; all add up to 1.</param>
    public sealed record AllocationGroup(string Key, decimal MarketValue, decimal Weight);

    public sealed record Response(AllocationKey By, string Currency, IReadOnlyList<AllocationGroup> Items);

    public async Task<(Response Response, string ETag)> HandleAsync(CurrentUser user, Query query, CancellationToken ct)
    {
        var by = query.By;
        var loaded = await loader.LoadAsync(user.Id, query.Portfolio.PortfolioId, ct);
        var valued = await valuation.ValueAsync(loaded, null, ct);
        var parts = valued
            .Holdings.Select(h => (Key: KeyOf(h, by), h.Value))
            .Concat(valued.Balances.Select(b => (Key: by == AllocationKey.Currency ? b.Currency : Cash, b.Value)));
        var groups = parts
            .GroupBy(p => p.Key, StringComparer.Ordinal)
            .Select(g => (g.Key, Value: Money.Round(g.Sum(p => p.Value))))
            .OrderByDescending(g => g.Value)
            .ThenBy(g => g.Key, StringComparer.Ordinal)
            .ToList();
        return (new Response(by, loaded.Portfolio.BaseCurrency, Weigh(groups)), loaded.Portfolio.ETag);
    }

    private static string KeyOf(ValuedHolding holding, AllocationKey by) =>
        by switch
        {
            AllocationKey.Sector => holding.Sector ?? Unknown,
            AllocationKey.Class => holding.Class,
            AllocationKey.Currency => holding.Currency,
            AllocationKey.Country => holding.Country ?? Unknown,
            _ => holding.Position.Symbol,
        };

    /// <summary>Weights that add up to 1 exactly: the largest takes what rounding leaves.</summary>
    private static List<AllocationGroup> Weigh(List<(string Key, decimal Value)> groups)
    {
        var total = groups.Sum(g => g.Value);
        if (total <= 0) return groups.ConvertAll(g => new AllocationGroup(g.Key, g.Value, 0));
        var items = groups.ConvertAll(g => new AllocationGroup(g.Key, g.Value, Money.Round(g.Value / total)));
        items[0] = items[0] with { Weight = items[0].Weight + 1 - items.Sum(i => i.Weight) };
        return items;
    }
}
