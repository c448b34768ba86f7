using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Portfolio.OwnAssets;
using AgentInvest.Portfolio.Portfolios;

namespace AgentInvest.Portfolio.Rebalancing;

/// <summary>
/// GET, PUT /portfolio/targets: the weights a portfolio should have. What is not named should be none; what is missing from 1 is cash.
/// </summary>
public sealed class ManageTargets
{
    private readonly Db _db;
    private readonly UserMarket _market;
    private readonly FindPortfolio _find;

    internal ManageTargets(Db db, UserMarket market, FindPortfolio find) => (_db, _market, _find) = (db, market, find);

    public sealed record Request(IReadOnlyList<Target>? Items);

    /// <param name="Weight">A fraction of the whole, holdings and cash.</param>
    public sealed record Target(string? Symbol, decimal? Weight);

    public sealed record Response(IReadOnlyList<Item> Items);
    public sealed record Item(string Symbol, decimal Weight);

    public async Task<(Response Response, string ETag)> GetAsync(CurrentUser user, Guid? portfolioId, CancellationToken ct)
    {
        var portfolio = await _find.HandleAsync(user, portfolioId, ct);
        return (new Response(await OfAsync(portfolio, ct)), portfolio.ETag);
    }

    public async Task<(Response Response, string ETag)> PutAsync(
        CurrentUser user,
        Guid? portfolioId,
        Request request,
        string? ifMatch,
        CancellationToken ct
    )
    {
        var items = request.Items ?? throw Problems.Validation("items", "is required");
        var check = new Check();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < items.Count; i++)
        {
            var (symbol, weight) = items[i];
            if (check.That(symbol is not null && AssetSymbols.IsValid(symbol), $"items[{i}].symbol", AssetSymbols.Rule))
                check.That(seen.Add(AssetSymbols.Fold(symbol!)), $"items[{i}].symbol", "is given more than once");
            check.That(weight is >= 0 and <= 1, $"items[{i}].weight", "is required, from 0 to 1");
            Money.CheckStorable(check, weight, $"items[{i}].weight");
        }
        check.That(items.Count <= 1000, "items", "must be at most 1000");
        check.That(items.Sum(i => i.Weight is >= 0 and <= 1 ? i.Weight.Value : 0) <= 1, "items", "must add up to at most 1");
        check.ThrowIfAny();
        var known = await _market.FindAllAsync(user.Id, seen, ct);
        for (var i = 0; i < items.Count; i++)
            check.That(known.ContainsKey(AssetSymbols.Fold(items[i].Symbol!)), $"items[{i}].symbol", "is not known");
        check.ThrowIfAny();
        var portfolio = await _find.HandleAsync(user, portfolioId, ct);
        return await _db.InTransactionAsync(
            async tx =>
            {
                var locked = await FindPortfolio.LockAsync(tx, portfolio, ifMatch, ct);
                await tx.ExecuteAsync("delete from portfolio.targets where user_id = $1 and portfolio_id = $2", ct, user.Id, locked.Id);
                await tx.ExecuteAsync(
                    "insert into portfolio.targets (user_id, portfolio_id, symbol, weight) select $1, $2, * from unnest($3::text[], $4::numeric[])",
                    ct,
                    user.Id,
                    locked.Id,
                    items.Select(i => AssetSymbols.Fold(i.Symbol!)).ToArray(),
                    items.Select(i => i.Weight!.Value).ToArray()
                );
                return (
                    new Response(
                        items
                            .Select(i => new Item(AssetSymbols.Fold(i.Symbol!), i.Weight!.Value))
                            .OrderByDescending(i => i.Weight)
                            .ThenBy(i => i.Symbol, StringComparer.Ordinal)
                            .ToList()
                    ),
                    locked.ETag
                );
            },
            ct
        );
    }

    internal Task<List<Item>> OfAsync(PortfolioRow portfolio, CancellationToken ct) =>
        _db.ListAsync(
            "select symbol, weight from portfolio.targets where user_id = $1 and portfolio_id = $2 order by weight desc, symbol",
            r => new Item(r.GetString(0), r.GetDecimal(1)),
            ct,
            portfolio.UserId,
            portfolio.Id
        );
}
