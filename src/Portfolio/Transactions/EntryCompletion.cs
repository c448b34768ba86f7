using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Finance.Lots;
using AgentInvest.Market;
using AgentInvest.Portfolio.Ledger;
using AgentInvest.Portfolio.OwnAssets;
using AgentInvest.Portfolio.Portfolios;

namespace AgentInvest.Portfolio.Transactions;

/// <summary>
/// Completes checked requests to rows of the ledger: the instrument's currency, the day's rate, a price that was left out. One for each
/// call, so that an import looks everything up once.
/// </summary>
/// <param name="from">The first and last day of the entries.</param>
internal sealed class EntryCompletion(UserMarket market, PortfolioRow portfolio, DateOnly from, DateOnly to)
{
    /// <summary>In base currency: thousands of such entries still add up within a decimal's 28 digits.</summary>
    private const decimal MaxAmount = 1e15m;

    private readonly Dictionary<string, Instrument?> _instruments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DailyCloses?> _rates = new(StringComparer.Ordinal);

    /// <exception cref="ProblemException">404 for an unknown symbol; 400 for what is wrong only by the market's data.</exception>
    public async Task<LedgerRow> CompleteAsync(RecordTransaction.Request r, CancellationToken ct)
    {
        var symbol = r.Symbol is null ? null : AssetSymbols.Fold(r.Symbol);
        var newSymbol = r.NewSymbol is null ? null : AssetSymbols.Fold(r.NewSymbol);
        var instrument = symbol is null ? null : await FindAsync(symbol, ct) ?? throw PortfolioProblems.UnknownSymbol(symbol);
        if (newSymbol is not null && await FindAsync(newSymbol, ct) is null) throw PortfolioProblems.UnknownSymbol(newSymbol, "newSymbol");
        if (r.Quantity is not null && r.Currency is not null && instrument is not null && r.Currency != instrument.Currency)
            throw Problems.Validation("currency", $"must be {instrument.Currency}, the currency {symbol} trades in");
        var currency = r.Currency ?? instrument?.Currency ?? portfolio.BaseCurrency;
        // PostgreSQL keeps microseconds.
        var at = r.ExecutedAt.AddTicks(-(r.ExecutedAt.Ticks % TimeSpan.TicksPerMicrosecond));
        var rate =
            r.FxRate
            ?? await RateAsync(currency, Instants.DayOf(at), ct)
            ?? throw PortfolioProblems.UnknownRate(currency + portfolio.BaseCurrency);
        var price = r.Price;
        if (r is { Type: EntryKind.Buy or EntryKind.Sell, Price: null }) price = Money.Round(r.Amount!.Value / r.Quantity!.Value);
        if (price is { } p && !Money.Fits(p)) throw Problems.Validation("amount", "is too large for this quantity");
        if (Math.Max(Math.Max(r.Amount ?? 0, r.Fee ?? 0), r.Tax ?? 0) > MaxAmount / Math.Max(rate, 1))
            throw Problems.Validation("amount", "is too large");
        if (r.Quantity is { } q && q > MaxAmount / Math.Max(rate, 1) / Math.Max(price ?? 0, 1))
            throw Problems.Validation("quantity", "is too large at this price");
        // Shares transferred in cost what they were worth that day, unless a price or an amount is given.
        if (r is { Type: EntryKind.TransferIn, Symbol: not null, Price: null, Amount: null })
            price = await CloseAsync(symbol!, Instants.DayOf(at), ct) ?? throw PortfolioProblems.NoPrice();
        return new LedgerRow(
            Guid.CreateVersion7(),
            0,
            r.Type,
            symbol,
            r.Quantity,
            price,
            r.Amount,
            r.Fee ?? 0,
            r.Tax ?? 0,
            r.Ratio,
            currency,
            rate,
            at,
            r.ExternalId,
            r.Note,
            EntrySource.User
        )
        {
            NewSymbol = newSymbol,
            CostFraction = r.CostFraction,
            LotIds = r.LotIds?.ToArray(),
            AcquiredAt = r.AcquiredAt,
        };
    }

    /// <summary>The rate into base currency on a day; null where none is known.</summary>
    public async Task<decimal?> RateAsync(string currency, DateOnly day, CancellationToken ct)
    {
        if (currency == portfolio.BaseCurrency) return 1;
        if (!_rates.TryGetValue(currency, out var rates))
            _rates[currency] = rates = await market.RatesAsync(portfolio.UserId, currency, portfolio.BaseCurrency, from, to, ct);
        return rates is null ? null : rates.At(day);
    }

    /// <summary>The price where none was given: that day's close, or the last one before it; null where none is known.</summary>
    public async Task<decimal?> CloseAsync(string symbol, DateOnly day, CancellationToken ct)
    {
        var closes = await market.ClosesAsync(portfolio.UserId, [symbol], day, day, ct);
        return closes.TryGetValue(symbol, out var c) && c.Days[0] <= day ? c.Prices[^1] : null;
    }

    private async Task<Instrument?> FindAsync(string symbol, CancellationToken ct)
    {
        if (!_instruments.TryGetValue(symbol, out var found))
            _instruments[symbol] = found = await market.FindAsync(portfolio.UserId, symbol, ct);
        return found;
    }
}
