using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Runtime.CompilerServices;
using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Finance.Lots;
using AgentInvest.Portfolio.Holdings;
using AgentInvest.Portfolio.OwnAssets;
using AgentInvest.Portfolio.Portfolios;
using FinanceLot = AgentInvest.Finance.Lots.Lot;

namespace AgentInvest.Portfolio.Tax;

/// <summary>
/// GET /portfolio/lots: every lot there was, open and closed, as tax law reads it: the fees of the purchase are inside the cost.
/// <c>regime=us</c> adds the losses that wash sales moved to a lot, <c>regime=uk</c> answers the pools instead.
/// </summary>
[Singleton]
public sealed class GetLots(BookLoader loader)
{
    /// <summary>In their order, for as long as the version of the books is held.</summary>
    private readonly ConditionalWeakTable<LoadedBook, List<Lot>> _lots = [];

    public sealed record Query(
        PortfolioChoice Portfolio,
        [Description("Only lots of this symbol.")] string? Symbol = null,
        [Description("us adds what wash sales moved to a lot, uk answers section 104 pools; default: neither.")] TaxRegime? Regime = null,
        [Range(1, 200), Description("How many items at most; default: all.")] int? Limit = null,
        [Description("`nextCursor` of the page before.")] Cursor? Cursor = null
    );

    /// <param name="Quantity">Bought, in shares after the splits that the lot has lived through.</param>
    /// <param name="Cost">Of what remains, in base currency; 0 once it is closed.</param>
    /// <param name="UnitCost">Per share; of a closed lot as it was when the last of it went.</param>
    /// <param name="Id">Null for a pool.</param>
    public sealed record Lot(
        Guid? Id,
        string Symbol,
        DateTimeOffset? OpenedAt,
        decimal Quantity,
        decimal Remaining,
        decimal UnitCost,
        decimal Cost,
        DateTimeOffset? ClosedAt
    );

    public async Task<(ListPage<Lot> Page, string ETag)> HandleAsync(CurrentUser user, Query query, CancellationToken ct)
    {
        var symbol = query.Symbol is { } s ? AssetSymbols.Parse(s) : null;
        var after =
            query.Cursor is not { } cursor ? -1
            : int.TryParse(cursor.Position, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n
            : throw Problems.Validation("cursor", "is not a cursor of this list");
        var book = await loader.LoadAsync(user.Id, query.Portfolio.PortfolioId, ct);
        var lots = query.Regime == TaxRegime.Uk ? Pools(book) : _lots.GetValue(book, Lots);
        if (query.Regime == TaxRegime.Us) lots = Adjusted(book, lots);
        var all = symbol is null ? lots : lots.Where(l => l.Symbol == symbol).ToList();
        // Sums want all of them: only who asks for pages gets pages.
        var limit = query.Limit ?? (query.Cursor is null ? int.MaxValue - 1 : new PageRequest().Limit);
        var items = all.Skip(after + 1).Take(limit).ToList();
        var last = after + items.Count;
        return (
            new ListPage<Lot>(items, last + 1 < all.Count ? PageRequest.Encode(last.ToString(CultureInfo.InvariantCulture)) : null),
            book.Portfolio.ETag
        );
    }

    private sealed class LotHistory(string symbol, FinanceLot opened)
    {
        public string Symbol { get; set; } = symbol;
        public DateTimeOffset OpenedAt { get; } = opened.OpenedAt;
        public decimal Quantity { get; set; } = opened.Quantity;
        public decimal UnitCost { get; set; } = opened.TaxCost / opened.Quantity;
        public DateTimeOffset ClosedAt { get; set; }
    }

    private static List<Lot> Lots(LoadedBook book)
    {
        var histories = new Dictionary<Guid, LotHistory>();
        foreach (var entry in book.Entries)
        {
            var booked = book.Journal[entry.Id];
            if (entry.Kind == EntryKind.Split)
                foreach (var history in histories.Values.Where(l => l.Symbol == entry.Symbol && l.ClosedAt == default))
                    (history.Quantity, history.UnitCost) = (history.Quantity * entry.Ratio, history.UnitCost / entry.Ratio);
            foreach (var gone in booked.Closed.Concat(booked.Transferred))
                if (histories.TryGetValue(gone.LotId, out var history))
                {
                    history.ClosedAt = entry.ExecutedAt;
                    if (gone.Quantity > 0) history.UnitCost = gone.TaxCost / gone.Quantity;
                }
            foreach (var lot in booked.Opened)
            {
                var symbol = entry.Kind is EntryKind.Spinoff or EntryKind.Merger ? entry.TargetSymbol! : entry.Symbol!;
                histories[lot.Id] = new LotHistory(symbol, lot);
            }
        }
        var open = book.Current.Positions.Values.SelectMany(p => p.Lots.Select(l => (p.Symbol, Lot: l))).ToList();
        foreach (var (_, lot) in open) histories.Remove(lot.Id);
        return Ordered([
            .. open.Select(o => new Lot(
                o.Lot.Id,
                o.Symbol,
                o.Lot.OpenedAt,
                o.Lot.Quantity,
                o.Lot.Remaining,
                Money.Round(o.Lot.TaxCost / o.Lot.Remaining),
                Money.Round(o.Lot.TaxCost),
                null
            )),
            .. histories.Select(l => new Lot(
                l.Key,
                l.Value.Symbol,
                l.Value.OpenedAt,
                Money.Round(l.Value.Quantity),
                0,
                Money.Round(l.Value.UnitCost),
                0,
                l.Value.ClosedAt
            )),
        ]);
    }

    private static List<Lot> Ordered(IEnumerable<Lot> lots) =>
        lots.OrderBy(l => l.Symbol, StringComparer.Ordinal).ThenBy(l => l.OpenedAt).ToList();

    /// <summary>
    /// A part of a lot that stands in for shares sold at a loss has a cost and a day of its own; the lot's cost is the sum, its day its
    /// own.
    /// </summary>
    private static List<Lot> Adjusted(LoadedBook book, List<Lot> lots)
    {
        var costs = WashSales
            .Compute(book.Entries, book.Portfolio.CostBasisMethod)
            .OpenLots.GroupBy(l => l.LotId)
            .ToDictionary(g => g.Key, g => g.Sum(l => l.Cost));
        return lots.ConvertAll(l =>
            l.ClosedAt is null && costs.TryGetValue(l.Id!.Value, out var cost)
                ? l with
                {
                    Cost = Money.Round(cost),
                    UnitCost = Money.Round(cost / l.Remaining),
                }
                : l
        );
    }

    private static List<Lot> Pools(LoadedBook book) =>
        Ordered(
            UkMatching
                .Compute(book.Entries)
                .Pools.Select(p => new Lot(
                    null,
                    p.Symbol,
                    null,
                    p.Quantity,
                    p.Quantity,
                    Money.Round(p.Cost / p.Quantity),
                    Money.Round(p.Cost),
                    null
                ))
        );
}
