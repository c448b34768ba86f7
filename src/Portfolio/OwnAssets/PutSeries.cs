using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;

namespace AgentInvest.Portfolio.OwnAssets;

/// <summary>
/// PUT /portfolio/instruments/{symbol}/prices and /portfolio/rates/{pair}: sets the days given, each over what was there; other days stay.
/// No portfolio's version changes by it: the ledger is the same.
/// </summary>
[Singleton]
public sealed class PutSeries(Db db, TimeProvider time)
{
    [Example("""{"items": [{"date": "2024-01-02", "price": 450000}]}""")]
    public sealed record OwnPrices(IReadOnlyList<DatedPrice> Items);

    /// <param name="Price">In the instrument's currency, 0 included.</param>
    public sealed record DatedPrice(DateOnly Date, decimal Price);

    [Example("""{"items": [{"date": "2024-01-02", "rate": 1.0956}]}""")]
    public sealed record OwnRates(IReadOnlyList<DatedRate> Items);

    /// <param name="Rate">Of the pair <c>AAABBB</c>: units of BBB per unit of AAA.</param>
    public sealed record DatedRate(DateOnly Date, decimal Rate);

    /// <summary>What is now kept of the series.</summary>
    public sealed record SeriesSummary(string Symbol, int Written, int Count, DateOnly? First, DateOnly? Last);

    public async Task<SeriesSummary> PricesAsync(CurrentUser user, string symbol, OwnPrices request, CancellationToken ct)
    {
        var name = AssetSymbols.Parse(symbol);
        var (days, values) = Checked(request.Items.Select(i => (i.Date, i.Price)).ToList(), "price", zero: true);
        return await db.InTransactionAsync(
            async tx =>
            {
                await OwnData.ChangedAsync(tx, user.Id, ct);
                if (
                    !await tx.OneAsync(
                        "select exists (select from portfolio.instruments where user_id = $1 and symbol = $2)",
                        r => r.GetBoolean(0),
                        ct,
                        user.Id,
                        name
                    )
                )
                    throw Problems.NotFound($"You have no instrument {name}.");
                await tx.ExecuteAsync(
                    """
                    insert into portfolio.prices (user_id, symbol, day, price) select $1, $2, * from unnest($3::date[], $4::numeric[])
                    on conflict (user_id, symbol, day) do update set price = excluded.price
                    """,
                    ct,
                    user.Id,
                    name,
                    days,
                    values
                );
                return (
                    await tx.OneAsync(
                        "select count(*)::int, min(day), max(day) from portfolio.prices where user_id = $1 and symbol = $2",
                        r => new SeriesSummary(name, days.Length, r.GetInt32(0), r.Nullable<DateOnly>(1), r.Nullable<DateOnly>(2)),
                        ct,
                        user.Id,
                        name
                    )
                )!;
            },
            ct
        );
    }

    public async Task<SeriesSummary> RatesAsync(CurrentUser user, string pair, OwnRates request, CancellationToken ct)
    {
        var name = pair.Trim().ToUpperInvariant();
        if (name.Length != 6 || !Currencies.IsKnown(name[..3]) || !Currencies.IsKnown(name[3..]) || name[..3] == name[3..])
            throw Problems.Validation("pair", "must be two ISO 4217 codes, such as USDCHF");
        var (days, values) = Checked(request.Items.Select(i => (i.Date, i.Rate)).ToList(), "rate", zero: false);
        return await db.InTransactionAsync(
            async tx =>
            {
                await OwnData.ChangedAsync(tx, user.Id, ct);
                await tx.ExecuteAsync(
                    """
                    insert into portfolio.rates (user_id, pair, day, rate) select $1, $2, * from unnest($3::date[], $4::numeric[])
                    on conflict (user_id, pair, day) do update set rate = excluded.rate
                    """,
                    ct,
                    user.Id,
                    name,
                    days,
                    values
                );
                return (
                    await tx.OneAsync(
                        "select count(*)::int, min(day), max(day) from portfolio.rates where user_id = $1 and pair = $2",
                        r => new SeriesSummary(name, days.Length, r.GetInt32(0), r.Nullable<DateOnly>(1), r.Nullable<DateOnly>(2)),
                        ct,
                        user.Id,
                        name
                    )
                )!;
            },
            ct
        );
    }

    private (DateOnly[] Days, decimal[] Values) Checked(List<(DateOnly Date, decimal Value)> items, string member, bool zero)
    {
        var check = new Check();
        var today = Instants.DayOf(time.GetUtcNow());
        var seen = new HashSet<DateOnly>();
        for (var i = 0; i < items.Count; i++)
        {
            var (date, value) = items[i];
            check.That(date <= today, $"items[{i}].date", "must not be in the future");
            check.That(date >= Transactions.TransactionRules.FirstDay, $"items[{i}].date", "must not be before 1900");
            check.That(seen.Add(date), $"items[{i}].date", "is given more than once");
            check.That(zero ? value >= 0 : value > 0, $"items[{i}].{member}", zero ? "must not be negative" : "must be greater than 0");
            check.That(value <= (zero ? 1e9m : 1e6m), $"items[{i}].{member}", "is too large");
            Money.CheckStorable(check, value, $"items[{i}].{member}");
        }
        check.ThrowIfAny();
        return (items.Select(i => i.Date).ToArray(), items.Select(i => i.Value).ToArray());
    }
}
