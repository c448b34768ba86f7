using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Finance.Lots;
using AgentInvest.Portfolio.Holdings;
using AgentInvest.Portfolio.OwnAssets;
using Microsoft.AspNetCore.Http;
using static AgentInvest.Portfolio.Transactions.TransactionView;

namespace AgentInvest.Portfolio.Tax;

/// <summary>
/// GET /portfolio/realized: a year's sales as tax law reads them, fees inside cost and proceeds. <c>regime=us</c> (default): the
/// portfolio's own lots and wash sales; <c>regime=uk</c>: same day, 30 days, section 104 pool, whatever the portfolio's method is.
/// </summary>
public sealed class GetRealized
{
    private readonly BookLoader _loader;

    internal GetRealized(BookLoader loader) => _loader = loader;

    public sealed record Response(int? Year, string Regime, string Currency, IReadOnlyList<Item> Items, Sums Totals);

    /// <param name="LotId">Null where shares come from a pool or a day's purchases together.</param>
    /// <param name="AcquiredAt">With the holding period that a wash sale carried over; null for a pool.</param>
    /// <param name="Gain">Proceeds less cost; of a loss <c>washSale.disallowed</c> does not count this year.</param>
    /// <param name="Term"><c>short</c> or <c>long</c> by US law; null by UK law.</param>
    /// <param name="Rule"><c>lot</c>, <c>sameDay</c>, <c>thirtyDays</c> or <c>section104</c>.</param>
    public sealed record Item(
        string Symbol,
        Guid? LotId,
        Guid TransactionId,
        decimal Quantity,
        DateTimeOffset? AcquiredAt,
        DateTimeOffset SoldAt,
        decimal Proceeds,
        decimal Cost,
        decimal Gain,
        string? Term,
        WashSale WashSale,
        string Rule
    );

    public sealed record WashSale(decimal Disallowed);

    /// <param name="Taxable">The gain with the disallowed losses added back.</param>
    public sealed record Sums(decimal Proceeds, decimal Cost, decimal Gain, decimal Disallowed, decimal Taxable);

    public async Task<(Response Response, string ETag)> HandleAsync(
        CurrentUser user,
        Guid? portfolioId,
        HttpRequest request,
        CancellationToken ct
    )
    {
        var regime = Query.Text(request, "regime") ?? "us";
        if (regime is not ("us" or "uk")) throw Problems.Validation("regime", "must be us or uk");
        var year = YearOf(request);
        var symbol = Query.Text(request, "symbol") is { } s ? AssetSymbols.Parse(s) : null;
        var book = await _loader.LoadAsync(user, portfolioId, ct);
        var gains = regime == "uk" ? UkMatching.Compute(book.Entries).Gains : WashSales.Compute(book.Entries, book.Portfolio.Method).Gains;
        var instants = book.Entries.GroupBy(e => e.Id).ToDictionary(g => g.Key, g => g.First().ExecutedAt);
        var chosen = gains.Where(g => (year is null || g.SoldOn.Year == year) && (symbol is null || g.Symbol == symbol)).ToList();
        var items = chosen
            .Select(g => new Item(
                g.Symbol,
                g.LotId,
                g.EntryId,
                g.Quantity,
                Instant(g.AcquiredOn, g.LotId, instants),
                Instant(g.SoldOn, g.EntryId, instants)!.Value,
                Rounded(g.Proceeds),
                Rounded(g.Cost),
                Rounded(g.Gain),
                g.Term switch
                {
                    Term.ShortTerm => "short",
                    Term.LongTerm => "long",
                    _ => null,
                },
                new WashSale(Rounded(g.Disallowed)),
                Name(g.Rule)
            ))
            .ToList();
        return (
            new Response(
                year,
                regime,
                book.Portfolio.BaseCurrency,
                items,
                new Sums(
                    Rounded(chosen.Sum(g => g.Proceeds)),
                    Rounded(chosen.Sum(g => g.Cost)),
                    Rounded(chosen.Sum(g => g.Gain)),
                    Rounded(chosen.Sum(g => g.Disallowed)),
                    Rounded(chosen.Sum(g => g.Taxable))
                )
            ),
            book.Portfolio.ETag
        );
    }

    internal static int? YearOf(HttpRequest request) =>
        Query.Text(request, "year") is not { } text ? null
        : int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var year)
        && year is >= 1900 and <= 9998
            ? year
        : throw Problems.Validation("year", "must be a year such as 2026");

    /// <summary>The instant of the entry itself where it is of that day, else the day's start.</summary>
    private static DateTimeOffset? Instant(DateOnly? day, Guid? entry, Dictionary<Guid, DateTimeOffset> instants) =>
        day is not { } d ? null
        : entry is { } id && instants.TryGetValue(id, out var at) && Instants.DayOf(at) == d ? at
        : Instants.StartOf(d);

    private static string Name(MatchRule rule) =>
        rule switch
        {
            MatchRule.SameDay => "sameDay",
            MatchRule.ThirtyDays => "thirtyDays",
            MatchRule.Section104 => "section104",
            _ => "lot",
        };
}
