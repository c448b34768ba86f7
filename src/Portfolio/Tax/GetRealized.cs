using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Core.Security;
using AgentInvest.Finance.Lots;
using AgentInvest.Portfolio.Holdings;
using AgentInvest.Portfolio.OwnAssets;
using AgentInvest.Portfolio.Portfolios;
using FinanceGain = AgentInvest.Finance.Lots.RealizedGain;
using FinanceTerm = AgentInvest.Finance.Lots.Term;

namespace AgentInvest.Portfolio.Tax;

/// <summary>Whose tax law is applied.</summary>
public enum TaxRegime { Us, Uk }

/// <summary>The holding period by US law.</summary>
public enum HoldingTerm
{
    [JsonStringEnumMemberName("short")]
    ShortTerm,

    [JsonStringEnumMemberName("long")]
    LongTerm,
}

/// <summary>
/// GET /portfolio/realized: a year's sales as tax law reads them, fees inside cost and proceeds. <c>regime=us</c> (default): the
/// portfolio's own lots and wash sales; <c>regime=uk</c>: same day, 30 days, section 104 pool, whatever the portfolio's method is.
/// </summary>
[Singleton]
public sealed class GetRealized(BookLoader loader)
{
    public sealed record Query(
        PortfolioChoice Portfolio,
        [Range(1900, 9998), Description("Only sales of that calendar year, UTC; default: all.")] int? Year = null,
        [Description("us: the portfolio's own lots and wash sales. uk: same day, 30 days, section 104 pool.")]
            TaxRegime Regime = TaxRegime.Us,
        [Description("Only sales of this symbol.")] string? Symbol = null
    );

    public sealed record Response(
        int? Year,
        TaxRegime Regime,
        string Currency,
        IReadOnlyList<RealizedGain> Items,
        RealizedTotals Totals
    );

    /// <param name="LotId">Null where shares come from a pool or a day's purchases together.</param>
    /// <param name="AcquiredAt">With the holding period that a wash sale carried over; null for a pool.</param>
    /// <param name="Gain">Proceeds less cost; of a loss <c>washSale.disallowed</c> does not count this year.</param>
    /// <param name="Term">Null by UK law.</param>
    /// <param name="Rule">What matched the sale with a purchase.</param>
    public sealed record RealizedGain(
        string Symbol,
        Guid? LotId,
        Guid TransactionId,
        decimal Quantity,
        DateTimeOffset? AcquiredAt,
        DateTimeOffset SoldAt,
        decimal Proceeds,
        decimal Cost,
        decimal Gain,
        HoldingTerm? Term,
        WashSale WashSale,
        MatchRule Rule
    );

    public sealed record WashSale(decimal Disallowed);

    /// <param name="Taxable">The gain with the disallowed losses added back.</param>
    public sealed record RealizedTotals(
        decimal Proceeds,
        decimal Cost,
        decimal Gain,
        decimal Disallowed,
        decimal Taxable
    );

    public async Task<(Response Response, string ETag)> HandleAsync(
        CurrentUser user,
        Query query,
        CancellationToken ct
    )
    {
        var (year, regime) = (query.Year, query.Regime);
        var symbol = query.Symbol is { } s ? AssetSymbols.Parse(s) : null;
        var book = await loader.LoadAsync(user.Id, query.Portfolio.PortfolioId, ct);
        var gains =
            regime == TaxRegime.Uk
                ? UkMatching.Compute(book.Entries).Gains
                : WashSales.Compute(book.Entries, book.Portfolio.CostBasisMethod).Gains;
        var instants = book.Entries.GroupBy(e => e.Id).ToDictionary(g => g.Key, g => g.First().ExecutedAt);
        var chosen = gains.Where(g => (year is null || g.SoldOn.Year == year) && (symbol is null || g.Symbol == symbol)).ToList();
        var items = chosen
            .Select(g => new RealizedGain(
                g.Symbol,
                g.LotId,
                g.EntryId,
                g.Quantity,
                Instant(g.AcquiredOn, g.LotId, instants),
                Instant(g.SoldOn, g.EntryId, instants)!.Value,
                Money.Round(g.Proceeds),
                Money.Round(g.Cost),
                Money.Round(g.Gain),
                TermOf(g),
                new WashSale(Money.Round(g.Disallowed)),
                g.Rule
            ))
            .ToList();
        return (
            new Response(
                year,
                regime,
                book.Portfolio.BaseCurrency,
                items,
                new RealizedTotals(
                    Money.Round(chosen.Sum(g => g.Proceeds)),
                    Money.Round(chosen.Sum(g => g.Cost)),
                    Money.Round(chosen.Sum(g => g.Gain)),
                    Money.Round(chosen.Sum(g => g.Disallowed)),
                    Money.Round(chosen.Sum(g => g.Taxable))
                )
            ),
            book.Portfolio.ETag
        );
    }

    private static HoldingTerm? TermOf(FinanceGain gain) =>
        gain.Term switch
        {
            FinanceTerm.ShortTerm => HoldingTerm.ShortTerm,
            FinanceTerm.LongTerm => HoldingTerm.LongTerm,
            _ => null,
        };

    /// <summary>The instant of the entry itself where it is of that day, else the day's start.</summary>
    private static DateTimeOffset? Instant(DateOnly? day, Guid? entry, Dictionary<Guid, DateTimeOffset> instants) =>
        day is not { } d ? null
        : entry is { } id && instants.TryGetValue(id, out var at) && Instants.DayOf(at) == d ? at
        : Instants.StartOf(d);
}
