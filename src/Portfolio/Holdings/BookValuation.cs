using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Finance.Lots;
using AgentInvest.Portfolio.OwnAssets;

namespace AgentInvest.Portfolio.Holdings;

/// <summary>
/// A holding at a price. <paramref name="Price"/> and <paramref name="Previous"/> in <paramref name="Currency"/>; values in base currency,
/// at today's and the day before's rate.
/// </summary>
/// <param name="Class">As the market or the user calls it: <c>equity</c>, <c>etf</c>, …</param>
internal sealed record ValuedHolding(
    Position Position,
    string Name,
    string Currency,
    decimal Price,
    decimal Previous,
    decimal FxRate,
    decimal PreviousRate,
    DateTimeOffset? AsOf,
    string Source,
    bool Stale,
    string Class,
    string? Sector,
    string? Country
)
{
    public decimal Value => Position.Quantity * Price * FxRate;
    public decimal Change => Position.Quantity * (Price * FxRate - Previous * PreviousRate);
}

internal sealed record CashBalance(string Currency, decimal Amount, decimal FxRate, decimal PreviousRate)
{
    public decimal Value => Amount * FxRate;
}

/// <param name="Cash">All balances at today's rates; 0 where cash is not tracked.</param>
internal sealed record ValuedBook(Book Book, IReadOnlyList<ValuedHolding> Holdings, IReadOnlyList<CashBalance> Balances)
{
    public decimal Cash => Balances.Sum(b => b.Value);
    public decimal CashChange => Balances.Sum(b => b.Amount * (b.FxRate - b.PreviousRate));
}

/// <summary>
/// What a book is worth now, or at the end of a day. Prices and rates are carried forward from the last ones known; an instrument without
/// any counts at what it was last traded at.
/// </summary>
[Singleton]
public sealed class BookValuation(UserMarket market, TimeProvider time)
{
    private sealed record Priced(string Currency, decimal Price, decimal Previous, DateTimeOffset AsOf, string Source, bool Stale);

    internal async Task<ValuedBook> ValueAsync(LoadedBook loaded, DateOnly? asOf, CancellationToken ct)
    {
        var today = Instants.DayOf(time.GetUtcNow());
        var day = asOf ?? today;
        var book = asOf is null ? loaded.Current : loaded.At(day);
        var open = book.Positions.Values.Where(p => p.Quantity != 0).ToList();
        var symbols = open.Select(p => p.Symbol).ToList();
        var (user, currency) = (loaded.Portfolio.UserId, loaded.Portfolio.BaseCurrency);
        var prices = asOf is null ? await NowAsync(user, symbols, ct) : await AtAsync(user, symbols, day, ct);
        var instruments = await market.FindAllAsync(user, symbols, ct);
        var rates = new Dictionary<string, (decimal Now, decimal Before)?>(StringComparer.Ordinal);
        async Task<(decimal Now, decimal Before)?> RateAsync(string from)
        {
            if (from == currency) return (1, 1);
            if (rates.TryGetValue(from, out var known)) return known;
            var series = await market.RatesAsync(user, from, currency, day.AddDays(-1), day, ct);
            return rates[from] = series is null ? null : (series.At(day), series.At(day.AddDays(-1)));
        }

        var holdings = new List<ValuedHolding>();
        foreach (var position in open)
        {
            var instrument = instruments.GetValueOrDefault(position.Symbol);
            var priced =
                prices.GetValueOrDefault(position.Symbol)
                ?? new Priced(position.Currency, position.LastPriceLocal, position.LastPriceLocal, default, "lastTrade", true);
            // Without any rate the one of the last trade stands.
            var fallback = position.LastPriceLocal == 0 ? 1 : position.LastPrice / position.LastPriceLocal;
            var rate = await RateAsync(priced.Currency) ?? (fallback, fallback);
            if (priced.Source == "lastTrade") rate = (fallback, fallback);
            holdings.Add(
                new ValuedHolding(
                    position,
                    instrument?.Name ?? position.Symbol,
                    priced.Currency,
                    priced.Price,
                    priced.Previous,
                    rate.Now,
                    rate.Before,
                    priced.AsOf == default ? null : priced.AsOf,
                    priced.Source,
                    priced.Stale,
                    instrument?.Type ?? "other",
                    instrument?.Sector,
                    instrument?.Country
                )
            );
        }
        var balances = new List<CashBalance>();
        foreach (var (code, amount) in book.CashBalances)
            if (amount != 0 && await RateAsync(code) is var rate)
                balances.Add(
                    new CashBalance(code, amount, rate?.Now ?? LastRate(loaded, code, day), rate?.Before ?? LastRate(loaded, code, day))
                );
        return new ValuedBook(book, holdings, balances);
    }

    private static decimal LastRate(LoadedBook loaded, string currency, DateOnly day) =>
        loaded.Entries.LastOrDefault(e => e.Currency == currency && e.Day <= day)?.FxRate ?? 1;

    private async Task<Dictionary<string, Priced>> NowAsync(Guid user, List<string> symbols, CancellationToken ct) =>
        (await market.QuotesAsync(user, symbols, ct)).ToDictionary(
            q => q.Key,
            q => new Priced(
                q.Value.Currency,
                q.Value.Price,
                q.Value.Stale ? q.Value.Price : q.Value.PreviousClose,
                q.Value.AsOf,
                q.Value.Source,
                q.Value.Stale
            ),
            StringComparer.Ordinal
        );

    private async Task<Dictionary<string, Priced>> AtAsync(Guid user, List<string> symbols, DateOnly day, CancellationToken ct)
    {
        // From the day before, so that the day's change has both its ends.
        var closes = await market.ClosesAsync(user, symbols, day.AddDays(-1), day, ct);
        return closes
            .Where(c => c.Value.Days[0] <= day)
            .ToDictionary(
                c => c.Key,
                c =>
                {
                    var (days, prices) = (c.Value.Days, c.Value.Prices);
                    var traded = days[^1] == day;
                    return new Priced(
                        c.Value.Currency,
                        prices[^1],
                        traded && prices.Length > 1 ? prices[^2] : prices[^1],
                        Instants.StartOf(days[^1]),
                        c.Value.Source,
                        !traded
                    );
                },
                StringComparer.Ordinal
            );
    }
}
