using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Finance.Lots;
using AgentInvest.Finance.Rebalancing;
using AgentInvest.Portfolio.Holdings;
using AgentInvest.Portfolio.OwnAssets;
using AgentInvest.Portfolio.Portfolios;
using static AgentInvest.Portfolio.Transactions.TransactionView;

namespace AgentInvest.Portfolio.Rebalancing;

/// <summary>
/// POST /portfolio/rebalance: checks the wish, and, as the orchestration's activity, plans the trades that bring a portfolio to its
/// targets. It reads and changes nothing.
/// </summary>
public sealed class PlanRebalance
{
    private readonly BookLoader _loader;
    private readonly ValueHoldings _value;
    private readonly UserMarket _market;
    private readonly ManageTargets _targets;
    private readonly FindPortfolio _find;
    private readonly TimeProvider _time;

    internal PlanRebalance(
        BookLoader loader,
        ValueHoldings value,
        UserMarket market,
        ManageTargets targets,
        FindPortfolio find,
        TimeProvider time
    ) => (_loader, _value, _market, _targets, _find, _time) = (loader, value, market, targets, find, time);

    /// <param name="Mode"><c>plan</c>; <c>execute</c> is refused until there is trading.</param>
    /// <param name="Cash">New money, in base currency; default: the cash the books hold.</param>
    /// <param name="Band">How far a weight may be off its target, as a fraction of the whole; default 0.</param>
    /// <param name="TaxAware">Default true, unless <paramref name="LotMethod"/> is given: lots that cost the least tax, no wash
    /// sales.</param>
    /// <param name="LotMethod"><c>fifo</c>, <c>lifo</c>, <c>hifo</c>; default that of the portfolio.</param>
    /// <param name="WholeShares">Default false: to four digits.</param>
    public sealed record Request(
        string? Mode,
        decimal? Cash,
        decimal? Band,
        bool? TaxAware,
        string? LotMethod,
        bool? WholeShares,
        decimal? MinimumTrade,
        decimal? FeePerTrade,
        decimal? FeeRate,
        decimal? ShortTermRate,
        decimal? LongTermRate
    );

    public async Task<RebalanceOrder> CheckAsync(CurrentUser user, Guid? portfolioId, Request r, CancellationToken ct)
    {
        var check = new Check();
        check.That(r.Mode is null or "plan" or "execute", "mode", "must be plan or execute");
        check.That(r.LotMethod is null or "fifo" or "lifo" or "hifo", "lotMethod", "must be fifo, lifo or hifo");
        check.That(r.TaxAware != true || r.LotMethod is null, "lotMethod", "does not go with taxAware");
        foreach (
            var (value, field, most) in new[]
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
                check.That(value is null || (value >= 0 && value <= most), field, $"must be from 0 to {Money.Trim(most)}");
        check.ThrowIfAny();
        if (r.Mode == "execute") throw PortfolioProblems.TradingUnavailable();
        var portfolio = await _find.HandleAsync(user, portfolioId, ct);
        if ((await _targets.OfAsync(portfolio, ct)).Count == 0) throw PortfolioProblems.NoTargets();
        var method =
            r.TaxAware == true || (r.TaxAware is null && r.LotMethod is null)
                ? "taxAware"
                : r.LotMethod ?? (portfolio.CostBasisMethod is "lifo" or "hifo" ? portfolio.CostBasisMethod : "fifo");
        var defaults = new RebalanceOptions(default);
        return new RebalanceOrder(
            user.Id,
            portfolio.Id,
            r.Cash,
            r.Band ?? 0,
            method,
            r.WholeShares ?? false,
            r.MinimumTrade ?? 0,
            r.FeePerTrade ?? 0,
            r.FeeRate ?? 0,
            r.ShortTermRate ?? defaults.ShortTermRate,
            r.LongTermRate ?? defaults.LongTermRate
        );
    }

    public async Task<RebalanceResult> HandleAsync(RebalanceOrder order, CancellationToken ct)
    {
        var book = await _loader.LoadAsync(new CurrentUser(order.UserId, Guid.Empty, [], ""), order.PortfolioId, ct);
        var valued = await _value.HandleAsync(book, null, ct);
        var (now, targets) = (
            _time.GetUtcNow(),
            (await _targets.OfAsync(book.Portfolio, ct)).ToDictionary(t => t.Symbol, t => t.Weight, StringComparer.Ordinal)
        );
        var prices = valued.Holdings.ToDictionary(h => h.Position.Symbol, h => (h.Currency, h.Price, h.FxRate), StringComparer.Ordinal);
        foreach (
            var quote in (await _market.QuotesAsync(order.UserId, targets.Keys.Where(t => !prices.ContainsKey(t)).ToList(), ct)).Values
        )
            if (await _market.RateAsync(order.UserId, quote.Currency, book.Portfolio.BaseCurrency, Instants.DayOf(now), ct) is { } rate)
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
                Lots = Enum.Parse<LotChoice>(order.LotMethod, ignoreCase: true),
                ShortTermRate = order.ShortTermRate,
                LongTermRate = order.LongTermRate,
            }
        );
        var trades = plan
            .Trades.Select(t => new RebalanceResult.Trade(
                t.Symbol,
                Side(t.Side),
                Rounded(t.Quantity),
                prices[t.Symbol].Price,
                prices[t.Symbol].Currency,
                Rounded(t.Amount),
                Rounded(t.Fee),
                t.Reason,
                t.Lots.Select(l => new RebalanceResult.Lot(
                        l.LotId,
                        Rounded(l.Quantity),
                        Rounded(l.Gain),
                        l.Term == Term.LongTerm ? "long" : "short"
                    ))
                    .ToList()
            ))
            .ToList();
        var omitted = plan
            .LeftOut.Select(l => new RebalanceResult.Omission(l.Symbol, Side(l.Side), l.Reason))
            .Concat(
                targets
                    .Keys.Where(s => !prices.TryGetValue(s, out var p) || p.Price <= 0)
                    .Select(s => new RebalanceResult.Omission(s, null, "no price of it is known"))
            )
            .ToList();
        return new RebalanceResult(
            "plan",
            book.Portfolio.BaseCurrency,
            now,
            trades,
            new RebalanceResult.Drift(Rounded(plan.DriftBefore), Rounded(plan.DriftAfter)),
            Rounded(plan.Fees),
            Rounded(plan.Tax),
            Rounded(plan.CashLeft),
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
        var tax = WashSales.Compute(book.Entries, book.Portfolio.Method);
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

    private static string Side(TradeSide side) => side == TradeSide.Buy ? "buy" : "sell";
}
