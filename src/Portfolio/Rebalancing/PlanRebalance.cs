using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Finance.Lots;
using AgentInvest.Finance.Rebalancing;
using AgentInvest.Portfolio.Holdings;
using AgentInvest.Portfolio.OwnAssets;
using AgentInvest.Portfolio.Portfolios;
using AgentInvest.Portfolio.Tax;

namespace AgentInvest.Portfolio.Rebalancing;

/// <summary>
/// POST /portfolio/rebalance: checks the request, and, as the orchestration's activity, plans the trades that bring a portfolio to its
/// targets. It reads and changes nothing.
/// </summary>
[Singleton]
public sealed class PlanRebalance(
    BookLoader loader,
    BookValuation valuation,
    UserMarket market,
    ManageTargets manageTargets,
    PortfolioFinder find,
    TimeProvider time
)
{
    /// <summary><c>execute</c> is refused until there is trading.</summary>
    public enum RebalanceMode { Plan, Execute }

    /// <summary>Which lots a sale closes first.</summary>
    public enum LotMethod { Fifo, Lifo, Hifo }

    /// <param name="Mode">Default plan.</param>
    /// <param name="Cash">New money, in base currency; default: the cash the books hold.</param>
    /// <param name="Band">How far a weight may be off its target, as a fraction of the whole; default 0.</param>
    /// <param name="TaxAware">Default true, unless <paramref name="LotMethod"/> is given: lots that cost the least tax, no wash
    /// sales.</param>
    /// <param name="LotMethod">Default that of the portfolio.</param>
    /// <param name="WholeShares">Default false: to four digits.</param>
    [Example("""{"mode": "plan", "cash": 1000, "band": 0.02}""")]
    public sealed record Request(
        RebalanceMode? Mode = null,
        decimal? Cash = null,
        decimal? Band = null,
        bool? TaxAware = null,
        LotMethod? LotMethod = null,
        bool? WholeShares = null,
        decimal? MinimumTrade = null,
        decimal? FeePerTrade = null,
        decimal? FeeRate = null,
        decimal? ShortTermRate = null,
        decimal? LongTermRate = null
    );

    public async Task<RebalanceOrder> CheckAsync(CurrentUser user, PortfolioChoice choice, Request r, CancellationToken ct)
    {
        var check = new Check();
        check.That(r.TaxAware != true || r.LotMethod is null, "lotMethod", "does not go with taxAware");
        foreach (
            var (value, field, max) in new[]
            {
                (r.Cash, "cash", 1e15m),
                (r.Band, "band", 1),
                (r.MinimumTrade, "minimumTrade", 1e15m),
                (r.FeePerTrade, "feePerTrade", 1e9m),
                (r.FeeRate, "feeRate", 0.5m),
                (r.ShortTermRate, "shortTermRate", 1),
                (r.LongTermRate, "longTermRate", 1),
            }
        )
            if (Money.CheckStorable(check, value, field))
                check.That(value is null || (value >= 0 && value <= max), field, $"must be from 0 to {Money.Trim(max)}");
        check.ThrowIfAny();
        if (r.Mode == RebalanceMode.Execute) throw PortfolioProblems.TradingUnavailable();
        var portfolio = await find.FindAsync(user.Id, choice.PortfolioId, ct);
        if ((await manageTargets.ListAsync(portfolio, ct)).Count == 0) throw PortfolioProblems.NoTargets();
        var defaults = new RebalanceOptions(default);
        return new RebalanceOrder(
            user.Id,
            portfolio.Id,
            r.Cash,
            r.Band ?? 0,
            Choose(r, portfolio.CostBasisMethod),
            r.WholeShares ?? false,
            r.MinimumTrade ?? 0,
            r.FeePerTrade ?? 0,
            r.FeeRate ?? 0,
            r.ShortTermRate ?? defaults.ShortTermRate,
            r.LongTermRate ?? defaults.LongTermRate
        );
    }

    private static LotChoice Choose(Request r, CostBasisMethod method)
    {
        if (r.TaxAware == true || (r.TaxAware is null && r.LotMethod is null)) return LotChoice.TaxAware;
        return r.LotMethod switch
        {
            LotMethod.Fifo => LotChoice.Fifo,
            LotMethod.Lifo => LotChoice.Lifo,
            LotMethod.Hifo => LotChoice.Hifo,
            _ => method switch
            {
                CostBasisMethod.Lifo => LotChoice.Lifo,
                CostBasisMethod.Hifo => LotChoice.Hifo,
                _ => LotChoice.Fifo,
            },
        };
    }

    public async Task<RebalanceResult> HandleAsync(RebalanceOrder order, CancellationToken ct)
    {
        var book = await loader.LoadAsync(order.UserId, order.PortfolioId, ct);
        var valued = await valuation.ValueAsync(book, null, ct);
        var (now, targets) = (
            time.GetUtcNow(),
            (await manageTargets.ListAsync(book.Portfolio, ct)).ToDictionary(t => t.Symbol, t => t.Weight, StringComparer.Ordinal)
        );
        var prices = valued.Holdings.ToDictionary(h => h.Position.Symbol, h => (h.Currency, h.Price, h.FxRate), StringComparer.Ordinal);
        foreach (
            var quote in (await market.QuotesAsync(order.UserId, targets.Keys.Where(t => !prices.ContainsKey(t)).ToList(), ct)).Values
        )
            if (await market.RateAsync(order.UserId, quote.Currency, book.Portfolio.BaseCurrency, Instants.DayOf(now), ct) is { } rate)
                prices[quote.Symbol] = (quote.Currency, quote.Price, rate);

        var plan = Rebalancer.Plan(
            Assets(book, targets, prices),
            new RebalanceOptions(Instants.DayOf(now))
            {
                Cash = order.Cash ?? Math.Max(valued.Cash, 0),
                Band = order.Band,
                ShareStep = order.WholeShares ? 1 : 0.0001m,
                MinimumTrade = order.MinimumTrade,
                FeePerTrade = order.FeePerTrade,
                FeeRate = order.FeeRate,
                Lots = order.LotMethod,
                ShortTermRate = order.ShortTermRate,
                LongTermRate = order.LongTermRate,
            }
        );
        var trades = plan
            .Trades.Select(t => new RebalanceResult.Trade(
                t.Symbol,
                t.Side,
                Money.Round(t.Quantity),
                prices[t.Symbol].Price,
                prices[t.Symbol].Currency,
                Money.Round(t.Amount),
                Money.Round(t.Fee),
                t.Reason,
                t.Lots.Select(l => new RebalanceResult.LotSale(
                        l.LotId,
                        Money.Round(l.Quantity),
                        Money.Round(l.Gain),
                        l.Term == Term.LongTerm ? HoldingTerm.LongTerm : HoldingTerm.ShortTerm
                    ))
                    .ToList()
            ))
            .ToList();
        var omitted = plan
            .LeftOut.Select(l => new RebalanceResult.Omission(l.Symbol, l.Side, l.Reason))
            .Concat(
                targets
                    .Keys.Where(s => !prices.TryGetValue(s, out var p) || p.Price <= 0)
                    .Select(s => new RebalanceResult.Omission(s, null, "no price of it is known"))
            )
            .ToList();
        return new RebalanceResult(
            RebalanceMode.Plan,
            book.Portfolio.BaseCurrency,
            now,
            trades,
            new RebalanceResult.Drift(Money.Round(plan.DriftBefore), Money.Round(plan.DriftAfter)),
            Money.Round(plan.Fees),
            Money.Round(plan.Tax),
            Money.Round(plan.CashLeft),
            omitted
        );
    }

    /// <summary>All that is held or wanted and has a price; lots as US tax law reads them, with what wash sales moved to them.</summary>
    private static List<Asset> Assets(
        LoadedBook book,
        Dictionary<string, decimal> targets,
        Dictionary<string, (string Currency, decimal Price, decimal FxRate)> prices
    )
    {
        var tax = WashSales.Compute(book.Entries, book.Portfolio.CostBasisMethod);
        var lots = tax.OpenLots.ToLookup(l => l.Symbol);
        var bought = book
            .Entries.Where(e => e.Kind == EntryKind.Buy)
            .GroupBy(e => e.Symbol!)
            .ToDictionary(g => g.Key, g => g.Max(e => e.Day));
        var losses = tax.Gains.Where(g => g.Taxable < 0).GroupBy(g => g.Symbol).ToDictionary(g => g.Key, g => g.Max(l => l.SoldOn));
        return prices
            .Where(p => p.Value.Price > 0)
            .OrderBy(p => p.Key, StringComparer.Ordinal)
            .Select(p => new Asset(
                p.Key,
                p.Value.Price * p.Value.FxRate,
                targets.GetValueOrDefault(p.Key),
                lots[p.Key].Select(l => new TaxLot(l.LotId, l.AcquiredOn, l.Quantity, l.Cost)).ToList()
            )
            {
                LastBought = bought.TryGetValue(p.Key, out var day) ? day : null,
                LastLoss = losses.TryGetValue(p.Key, out var loss) ? loss : null,
            })
            .ToList();
    }
}
