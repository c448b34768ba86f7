using AgentInvest.Core;
using AgentInvest.Finance.Lots;
using AgentInvest.Market;
using AgentInvest.Portfolio.Analytics;
using AgentInvest.Portfolio.Portfolios;
using Npgsql;

namespace AgentInvest.Portfolio.Transactions;

/// <summary>
/// POST /portfolio/transactions. One writer per portfolio: its row is locked, the symbol's entries are read, the feed's actions brought up to date, and the new
/// entry is applied together with all that follow it; a sale that would oversell then or later is refused and nothing is written.
/// </summary>
public sealed class RecordTransaction(Db db, MarketData market, FindPortfolio find, TimeProvider time)
{
    public sealed record Request(
        string? Type, string? Symbol, decimal? Quantity, decimal? Price, decimal? Amount, decimal? Fee, decimal? Tax, decimal? Ratio, string? Currency, decimal? FxRate,
        DateTimeOffset? ExecutedAt, IReadOnlyList<Guid>? LotIds, string? ExternalId, string? Note);

    public async Task<(TransactionView View, string ETag)> HandleAsync(CurrentUser user, Guid? portfolioId, Request request, string? ifMatch, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        TransactionRules.Check(request, now);
        var portfolio = await find.HandleAsync(user, portfolioId, ct);
        var row = await CompleteAsync(request, portfolio, ct);
        var feed = await FeedAsync(row, portfolio, now, ct);
        try
        {
            return await db.InTransactionAsync(tx => BookAsync(tx, portfolio, row, feed, ifMatch, ct), ct);
        }
        catch (InsufficientQuantityException e)
        {
            throw PortfolioProblems.InsufficientQuantity(e);
        }
        catch (PostgresException e) when (e.ConstraintName == "transactions_external")
        {
            throw PortfolioProblems.DuplicateExternalId(row.ExternalId!);
        }
    }

    private async Task<(TransactionView View, string ETag)> BookAsync(Tx tx, PortfolioRow portfolio, LedgerRow row, Feed? feed, string? ifMatch, CancellationToken ct)
    {
        var locked = await FindPortfolio.LockAsync(tx, portfolio, ifMatch, ct);
        var booked = Booked.Nothing;
        if (row.Symbol is null)
        {
            row = await Ledger.InsertAsync(tx, locked, row, ct);
        }
        else
        {
            var existing = await Ledger.OfSymbolAsync(tx, locked, row.Symbol, ct);
            row = await Ledger.InsertAsync(tx, locked, row, ct);
            var own = existing.Where(e => !e.FromFeed).Append(row).ToList();
            var fromFeed = feed is null ? existing.Where(e => e.FromFeed).ToList()
                : (await FeedActions.ReconcileAsync(tx, locked, existing, FeedActions.Expected(own, feed.Actions, feed.RateOn), row.Id, ct)).InForce;
            var book = new Book(locked.Method);
            foreach (var entry in Ledger.Ordered(own.Concat(fromFeed)))
            {
                var result = book.Apply(entry);
                if (entry.Id == row.Id) booked = result;
            }
        }
        var version = await tx.OneAsync("update portfolio.portfolios set version = version + 1 where user_id = $1 and id = $2 returning version", r => r.GetInt64(0), ct, locked.UserId, locked.Id);
        await AnalyticsRequest.AddAsync(tx, locked, version, ct);
        return (TransactionView.Of(locked.Id, row, booked), (locked with { Version = version }).ETag);
    }

    /// <summary>The feed's actions for the symbol, and the rate of each day into base currency. Looked up before any lock is held.</summary>
    internal sealed record Feed(IReadOnlyList<CorporateAction> Actions, Func<DateOnly, decimal> RateOn);

    private async Task<Feed?> FeedAsync(LedgerRow row, PortfolioRow portfolio, DateTimeOffset now, CancellationToken ct) =>
        row.Symbol is null || row.Type is not ("buy" or "sell" or "split" or "dividend") ? null : await FeedOfAsync(market, portfolio, row.Symbol, Instants.DayOf(now), ct);

    internal static async Task<Feed> FeedOfAsync(MarketData market, PortfolioRow portfolio, string symbol, DateOnly today, CancellationToken ct)
    {
        var actions = await market.ActionsAsync([symbol], DateOnly.MinValue, today, ct);
        if (actions.Count == 0) return new Feed(actions, _ => 1);
        var rates = await market.RatesAsync(actions[0].Currency, portfolio.BaseCurrency, actions[0].EffectiveOn, today, ct);
        return new Feed(actions, day => rates is null ? 1 : Rates.On(rates, day));
    }

    private async Task<LedgerRow> CompleteAsync(Request r, PortfolioRow portfolio, CancellationToken ct)
    {
        var symbol = r.Symbol is null ? null : Symbols.Parse(r.Symbol);
        var currency = r.Currency ?? portfolio.BaseCurrency;
        if (symbol is not null)
        {
            var instrument = await market.FindAsync(symbol, ct) ?? throw PortfolioProblems.UnknownSymbol(symbol);
            if (r.Type is "buy" or "sell" && r.Currency is not null && r.Currency != instrument.Currency) throw Problems.Validation("currency", $"must be {instrument.Currency}, the currency {symbol} trades in");
            currency = r.Currency ?? instrument.Currency;
        }
        var at = r.ExecutedAt!.Value;
        var rate = r.FxRate ?? (currency == portfolio.BaseCurrency ? 1
            : await market.RatesAsync(currency, portfolio.BaseCurrency, Instants.DayOf(at), Instants.DayOf(at), ct) is { } rates ? Rates.On(rates, Instants.DayOf(at)) : throw PortfolioProblems.UnknownRate(currency + portfolio.BaseCurrency));
        var price = r.Type is "buy" or "sell" ? r.Price ?? TransactionView.Rounded(r.Amount!.Value / r.Quantity!.Value) : (decimal?)null;
        return new LedgerRow(Guid.CreateVersion7(), long.MaxValue, r.Type!, symbol, r.Quantity, price, r.Amount, r.Fee ?? 0, r.Tax ?? 0, r.Ratio, currency, rate, at, r.ExternalId, r.Note, "user", null, default);
    }
}
