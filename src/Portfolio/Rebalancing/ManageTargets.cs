using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Portfolio.OwnAssets;
using AgentInvest.Portfolio.Portfolios;

namespace AgentInvest.Portfolio.Rebalancing;

/// <summary>
/// GET, PUT /portfolio/targets: the weights a portfolio should have. What is not named should be none; what is missing from 1 is cash.
/// </summary>
[Singleton]
public sealed class ManageTargets(Db db, UserMarket market, PortfolioFinder find)
{
    public const int MaxTargets = 1000;

    [Example("""{"items": [{"symbol": "AAPL", "weight": 0.6}, {"symbol": "MSFT", "weight": 0.3}]}""")]
    public sealed record Request(IReadOnlyList<TargetWeight> Items);
    public sealed record Response(IReadOnlyList<TargetWeight> Items);

    /// <param name="Weight">A fraction of the whole, holdings and cash.</param>
    public sealed record TargetWeight(string Symbol, decimal Weight);

    public async Task<(Response Response, string ETag)> GetAsync(CurrentUser user, PortfolioChoice choice, CancellationToken ct)
    {
        var portfolio = await find.FindAsync(user.Id, choice.PortfolioId, ct);
        return (new Response(await ListAsync(portfolio, ct)), portfolio.ETag);
    }

    public async Task<(Response Response, string ETag)> PutAsync(
        CurrentUser user,
        PortfolioChoice choice,
        Request request,
        string? ifMatch,
        CancellationToken ct
    )
    {
        var items = request.Items;
        var check = new Check();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < items.Count; i++)
        {
            var (symbol, weight) = items[i];
            if (check.That(AssetSymbols.IsValid(symbol), $"items[{i}].symbol", AssetSymbols.Rule))
                check.That(seen.Add(AssetSymbols.Fold(symbol)), $"items[{i}].symbol", "is given more than once");
            check.That(weight is >= 0 and <= 1, $"items[{i}].weight", "must be from 0 to 1");
            Money.CheckStorable(check, weight, $"items[{i}].weight");
        }
        check.That(items.Count <= MaxTargets, "items", $"must be at most {MaxTargets}");
        check.That(items.Sum(i => i.Weight is >= 0 and <= 1 ? i.Weight : 0) <= 1, "items", "must add up to at most 1");
        check.ThrowIfAny();
        var known = await market.FindAllAsync(user.Id, seen, ct);
        for (var i = 0; i < items.Count; i++)
            check.That(known.ContainsKey(AssetSymbols.Fold(items[i].Symbol)), $"items[{i}].symbol", "is not known");
        check.ThrowIfAny();
        var portfolio = await find.FindAsync(user.Id, choice.PortfolioId, ct);
        return await db.InTransactionAsync(
            async tx =>
            {
                var locked = await PortfolioFinder.LockAsync(tx, portfolio, ifMatch, ct);
                await tx.ExecuteAsync("delete from portfolio.targets where user_id = $1 and portfolio_id = $2", ct, user.Id, locked.Id);
                await tx.ExecuteAsync(
                    """
                    insert into portfolio.targets (user_id, portfolio_id, symbol, weight)
                    select $1, $2, * from unnest($3::text[], $4::numeric[])
                    """,
                    ct,
                    user.Id,
                    locked.Id,
                    items.Select(i => AssetSymbols.Fold(i.Symbol)).ToArray(),
                    items.Select(i => i.Weight).ToArray()
                );
                return (
                    new Response(
                        items
                            .Select(i => new TargetWeight(AssetSymbols.Fold(i.Symbol), i.Weight))
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

    internal Task<List<TargetWeight>> ListAsync(PortfolioRow portfolio, CancellationToken ct) =>
        db.ListAsync(
            "select symbol, weight from portfolio.targets where user_id = $1 and portfolio_id = $2 order by weight desc, symbol",
            r => new TargetWeight(r.GetString(0), r.GetDecimal(1)),
            ct,
            portfolio.UserId,
            portfolio.Id
        );
}
