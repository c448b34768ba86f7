using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Finance.Lots;
using AgentInvest.Market;
using AgentInvest.Portfolio.Holdings;
using AgentInvest.Portfolio.OwnAssets;
using AgentInvest.Portfolio.Tax;
using Microsoft.AspNetCore.Http;
using static AgentInvest.Portfolio.Transactions.TransactionView;

namespace AgentInvest.Portfolio.Income;

/// <summary>
/// GET /portfolio/dividends: what was paid, what that is of the value and cost held, and, with <c>forecast=true</c>, what the next twelve
/// months would pay if each holding paid per share what it paid in the last twelve, with what the same guess a year ago would have been
/// worth.
/// </summary>
public sealed class GetDividends
{
    private readonly BookLoader _loader;
    private readonly ValueHoldings _value;
    private readonly MarketData _feed;
    private readonly TimeProvider _time;

    internal GetDividends(BookLoader loader, ValueHoldings value, MarketData feed, TimeProvider time) =>
        (_loader, _value, _feed, _time) = (loader, value, feed, time);

    /// <param name="Items">Newest first; amounts in base currency beside those paid.</param>
    /// <param name="Trailing">Of the last twelve months.</param>
    public sealed record Response(
        int? Year,
        string Currency,
        IReadOnlyList<Payment> Items,
        decimal Total,
        decimal Tax,
        Yield Trailing,
        Outlook? Forecast
    );
    public sealed record Payment(
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
    public sealed record Yield(decimal Amount, decimal? OnValue, decimal? OnCost);

    /// <param name="Method">How it was arrived at.</param>
    /// <param name="Backtest">The same method a year ago beside what was then paid, on today's holdings.</param>
    public sealed record Outlook(decimal Amount, decimal? Yield, IReadOnlyList<Expected> Items, string Method, Record? Backtest);
    public sealed record Expected(string Symbol, DateOnly Date, decimal PerShare, decimal Amount, string Currency, decimal Value);
    public sealed record Record(decimal Forecast, decimal Actual);

    public async Task<(Response Response, string ETag)> HandleAsync(
        CurrentUser user,
        Guid? portfolioId,
        HttpRequest request,
        CancellationToken ct
    )
    {
        var year = GetRealized.YearOf(request);
        var symbol = Query.Text(request, "symbol") is { } s ? AssetSymbols.Parse(s) : null;
        var forecast = Query.Flag(request, "forecast");
        var today = Instants.DayOf(_time.GetUtcNow());
        var loaded = await _loader.LoadAsync(user, portfolioId, ct);
        var paid = loaded.Entries.Where(e => e.Kind == EntryKind.Dividend && (symbol is null || e.Symbol == symbol)).Reverse().ToList();
        var valued = await _value.HandleAsync(loaded, null, ct);
        var held = valued.Holdings.Where(h => symbol is null || h.Position.Symbol == symbol).ToList();
        var (value, cost) = (held.Sum(h => h.Value), held.Sum(h => h.Position.Cost));
        var trailing = paid.Where(e => e.Day > today.AddYears(-1)).Sum(e => e.Amount * e.FxRate);
        var items = paid.Where(e => year is null || e.Day.Year == year).ToList();
        return (
            new Response(
                year,
                loaded.Portfolio.BaseCurrency,
                items.ConvertAll(e => new Payment(
                    e.Id,
                    e.Symbol!,
                    e.ExecutedAt,
                    e.Amount,
                    e.Tax,
                    e.Currency,
                    e.FxRate,
                    Rounded(e.Amount * e.FxRate)
                )),
                Rounded(items.Sum(e => e.Amount * e.FxRate)),
                Rounded(items.Sum(e => e.Tax * e.FxRate)),
                new Yield(Rounded(trailing), Fraction(trailing, value), Fraction(trailing, cost)),
                forecast ? await ForecastAsync(held, loaded, value, today, ct) : null
            ),
            loaded.Portfolio.ETag
        );
    }

    private async Task<Outlook> ForecastAsync(
        List<ValuedHolding> held,
        LoadedBook loaded,
        decimal value,
        DateOnly today,
        CancellationToken ct
    )
    {
        var expected = new List<Expected>();
        var (then, since) = (0m, 0m);
        var actions = (
            await _feed.ActionsAsync(
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
                    new Expected(symbol, day.AddYears(1), Rounded(perShare), Rounded(perShare * quantity), holding.Currency, Rounded(worth))
                );
            }
        }
        var total = expected.Sum(e => e.Value);
        return new Outlook(
            total,
            Fraction(total, value),
            expected.OrderBy(e => e.Date).ThenBy(e => e.Symbol, StringComparer.Ordinal).ToList(),
            "the last twelve months' dividends per share, a year later",
            then == 0 ? null : new Record(Rounded(then), Rounded(since))
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

    /// <summary>What nobody reports is known from the user's own entries.</summary>
    private static IEnumerable<(DateOnly Day, decimal PerShare)> Booked(
        LoadedBook loaded,
        string symbol,
        decimal quantity,
        DateOnly today
    ) =>
        loaded
            .Entries.Where(e => e.Kind == EntryKind.Dividend && e.Symbol == symbol && e.Day > today.AddYears(-2))
            .Select(e => (e.Day, e.Amount / quantity));

    private static decimal? Fraction(decimal part, decimal whole) => whole > 0 ? Rounded(part / whole) : null;
}
