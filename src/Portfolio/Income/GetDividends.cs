using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Core.Security;
using AgentInvest.Finance.Lots;
using AgentInvest.Market;
using AgentInvest.Portfolio.Holdings;
using AgentInvest.Portfolio.OwnAssets;
using AgentInvest.Portfolio.Portfolios;

namespace AgentInvest.Portfolio.Income;

/// <summary>
/// GET /portfolio/dividends: what was paid, what that is of the value and cost held, and, with <c>forecast=true</c>, what the next twelve
/// months would pay if each holding paid per share what it paid in the last twelve, with what the same forecast a year ago would have been
/// worth.
/// </summary>
[Singleton]
public sealed class GetDividends(BookLoader loader, BookValuation valuation, MarketData market, TimeProvider time)
{
    public sealed record Query(
        PortfolioChoice Portfolio,
        [Range(1900, 9998), Description("Only what was paid in that year.")] int? Year = null,
        [Description("Only dividends of this symbol.")] string? Symbol = null,
        [Description("Adds what the next twelve months may pay.")] bool Forecast = false
    );

    /// <param name="Items">Newest first; amounts in base currency beside those paid.</param>
    /// <param name="Trailing">Of the last twelve months.</param>
    public sealed record Response(
        int? Year,
        string Currency,
        IReadOnlyList<DividendPayment> Items,
        decimal Total,
        decimal Tax,
        DividendYield Trailing,
        DividendForecast? Forecast
    );

    public sealed record DividendPayment(
        Guid Id,
        string Symbol,
        DateTimeOffset PaidAt,
        decimal Amount,
        decimal Tax,
        string Currency,
        decimal FxRate,
        decimal Value
    );

    /// <param name="OnValue">A fraction of the market value of the holdings; null where nothing is held.</param>
    public sealed record DividendYield(decimal Amount, decimal? OnValue, decimal? OnCost);

    /// <param name="Method">How it was arrived at.</param>
    /// <param name="Backtest">The same method a year ago beside what was then paid, on today's holdings.</param>
    public sealed record DividendForecast(
        decimal Amount,
        decimal? Yield,
        IReadOnlyList<ExpectedDividend> Items,
        string Method,
        ForecastBacktest? Backtest
    );

    /// <param name="PerShare">In <paramref name="Currency"/>, as is the amount; the value in base currency.</param>
    public sealed record ExpectedDividend(
        string Symbol,
        DateOnly Date,
        decimal PerShare,
        decimal Amount,
        string Currency,
        decimal Value
    );

    public sealed record ForecastBacktest(decimal Forecast, decimal Actual);

    public async Task<(Response Response, string ETag)> HandleAsync(
        CurrentUser user,
        Query query,
        CancellationToken ct
    )
    {
        var year = query.Year;
        var symbol = query.Symbol is { } s ? AssetSymbols.Parse(s) : null;
        var today = Instants.DayOf(time.GetUtcNow());
        var loaded = await loader.LoadAsync(user.Id, query.Portfolio.PortfolioId, ct);
        var paid = loaded.Entries.Where(e => e.Kind == EntryKind.Dividend && (symbol is null || e.Symbol == symbol)).Reverse().ToList();
        var valued = await valuation.ValueAsync(loaded, null, ct);
        var held = valued.Holdings.Where(h => symbol is null || h.Position.Symbol == symbol).ToList();
        var (value, cost) = (held.Sum(h => h.Value), held.Sum(h => h.Position.Cost));
        var trailing = paid.Where(e => e.Day > today.AddYears(-1)).Sum(e => e.Amount * e.FxRate);
        var items = paid.Where(e => year is null || e.Day.Year == year).ToList();
        return (
            new Response(
                year,
                loaded.Portfolio.BaseCurrency,
                items.ConvertAll(e => new DividendPayment(
                    e.Id,
                    e.Symbol!,
                    e.ExecutedAt,
                    e.Amount,
                    e.Tax,
                    e.Currency,
                    e.FxRate,
                    Money.Round(e.Amount * e.FxRate)
                )),
                Money.Round(items.Sum(e => e.Amount * e.FxRate)),
                Money.Round(items.Sum(e => e.Tax * e.FxRate)),
                new DividendYield(Money.Round(trailing), Fraction(trailing, value), Fraction(trailing, cost)),
                query.Forecast ? await ForecastAsync(held, loaded, value, today, ct) : null
            ),
            loaded.Portfolio.ETag
        );
    }

    private async Task<DividendForecast> ForecastAsync(
        List<ValuedHolding> held,
        LoadedBook loaded,
        decimal value,
        DateOnly today,
        CancellationToken ct
    )
    {
        var expected = new List<ExpectedDividend>();
        var (then, since) = (0m, 0m);
        var actions = (
            await market.ActionsAsync(
                held.Select(h => h.Position.Symbol).Where(s => !AssetSymbols.IsOwn(s)).ToList(),
                today.AddYears(-2).AddDays(1),
                today,
                ct
            )
        ).ToLookup(a => a.Symbol);
        foreach (var holding in held)
        {
            var (symbol, quantity) = (holding.Position.Symbol, holding.Position.Quantity);
            foreach (
                var (day, perShare) in AssetSymbols.IsOwn(symbol)
                    ? Booked(loaded, symbol, quantity, today)
                    : Reported(actions[symbol].ToList())
            )
            {
                var worth = perShare * quantity * holding.FxRate;
                if (day <= today.AddYears(-1))
                {
                    then += worth;
                    continue;
                }
                since += worth;
                expected.Add(
                    new ExpectedDividend(
                        symbol,
                        day.AddYears(1),
                        Money.Round(perShare),
                        Money.Round(perShare * quantity),
                        holding.Currency,
                        Money.Round(worth)
                    )
                );
            }
        }
        var total = expected.Sum(e => e.Value);
        return new DividendForecast(
            total,
            Fraction(total, value),
            expected.OrderBy(e => e.Date).ThenBy(e => e.Symbol, StringComparer.Ordinal).ToList(),
            "the last twelve months' dividends per share, a year later",
            then == 0 ? null : new ForecastBacktest(Money.Round(then), Money.Round(since))
        );
    }

    /// <summary>Per share of today: what was paid before a split is less by its ratio.</summary>
    private static IEnumerable<(DateOnly Day, decimal PerShare)> Reported(List<CorporateAction> actions) =>
        actions
            .Where(a => a.Kind == CorporateActionKind.Dividend)
            .Select(d =>
                (
                    d.EffectiveOn,
                    actions
                        .Where(a => a.Kind == CorporateActionKind.Split && a.EffectiveOn >= d.EffectiveOn)
                        .Aggregate(d.Value, (v, split) => v / split.Value)
                )
            );

    /// <summary>The dividends of an own asset, which no feed reports, are those that were booked.</summary>
    private static IEnumerable<(DateOnly Day, decimal PerShare)> Booked(
        LoadedBook loaded,
        string symbol,
        decimal quantity,
        DateOnly today
    ) =>
        loaded
            .Entries.Where(e => e.Kind == EntryKind.Dividend && e.Symbol == symbol && e.Day > today.AddYears(-2))
            .Select(e => (e.Day, e.Amount / quantity));

    private static decimal? Fraction(decimal part, decimal whole) => whole > 0 ? Money.Round(part / whole) : null;
}
