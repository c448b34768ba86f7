using System.Globalization;
using System.Runtime.CompilerServices;
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
/// GET /portfolio/lots: every lot there was, open and closed, as tax law reads it: the fees of the purchase are inside the cost.
/// <c>regime=us</c> adds the losses that wash sales moved to a lot, <c>regime=uk</c> answers the pools instead.
/// </summary>
public sealed class GetLots
{
    private readonly BookLoader _loader;

    /// <summary>In their order, for as long as the version of the books is held.</summary>
    private readonly ConditionalWeakTable<LoadedBook, List<Item>> _lots = [];

    internal GetLots(BookLoader loader) => _loader = loader;

    /// <param name="Quantity">Bought, in shares after the splits that the lot has lived through.</param>
    /// <param name="Cost">Of what remains, in base currency; 0 once it is closed.</param>
    /// <param name="UnitCost">Per share; of a closed lot as it was when the last of it went.</param>
    /// <param name="Id">Null for a pool.</param>
    public sealed record Item(
        Guid? Id,
        string Symbol,
        DateTimeOffset? OpenedAt,
        decimal Quantity,
        decimal Remaining,
        decimal UnitCost,
        decimal Cost,
        DateTimeOffset? ClosedAt
    );

    public async Task<(ListPage<Item> Page, string ETag)> HandleAsync(
        CurrentUser user,
        Guid? portfolioId,
        HttpRequest request,
        CancellationToken ct
    )
    {
        var symbol = Query.Text(request, "symbol") is { } s ? AssetSymbols.Parse(s) : null;
        var regime = Query.Text(request, "regime");
        if (regime is not (null or "us" or "uk")) throw Problems.Validation("regime", "must be us or uk");
        var page = PageRequest.Of(request);
        var after =
            page.After is null ? -1
            : int.TryParse(page.After, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n
            : throw Problems.Validation("cursor", "is not a cursor of this list");
        var book = await _loader.LoadAsync(user, portfolioId, ct);
        var lots = regime == "uk" ? Pools(book) : _lots.GetValue(book, Lots);
        if (regime == "us") lots = Adjusted(book, lots);
        var all = symbol is null ? lots : lots.Where(l => l.Symbol == symbol).ToList();
        // Sums want all of them: only who asks for pages gets pages.
        var limit = request.Query.ContainsKey("limit") || page.After is not null ? page.Limit : int.MaxValue - 1;
        var items = all.Skip(after + 1).Take(limit).ToList();
        var last = after + items.Count;
        return (
            new ListPage<Item>(items, last + 1 < all.Count ? PageRequest.Encode(last.ToString(CultureInfo.InvariantCulture)) : null),
            book.Portfolio.ETag
        );
    }

    private sealed class Life(string symbol, Lot opened)
    {
        public string Symbol { get; set; } = symbol;
        public DateTimeOffset OpenedAt { get; } = opened.OpenedAt;
        public decimal Quantity { get; set; } = opened.Quantity;
        public decimal UnitCost { get; set; } = opened.TaxCost / opened.Quantity;
        public DateTimeOffset ClosedAt { get; set; }
    }

    private static List<Item> Lots(LoadedBook book)
    {
        var lives = new Dictionary<Guid, Life>();
        foreach (var entry in book.Entries)
        {
            var booked = book.Journal[entry.Id];
            if (entry.Kind == EntryKind.Split)
                foreach (var life in lives.Values.Where(l => l.Symbol == entry.Symbol && l.ClosedAt == default))
                    (life.Quantity, life.UnitCost) = (life.Quantity * entry.Ratio, life.UnitCost / entry.Ratio);
            foreach (var gone in booked.Closed.Concat(booked.Transferred))
                if (lives.TryGetValue(gone.LotId, out var life))
                {
                    life.ClosedAt = entry.ExecutedAt;
                    if (gone.Quantity > 0) life.UnitCost = gone.TaxCost / gone.Quantity;
                }
            foreach (var lot in booked.Opened)
                lives[lot.Id] = new Life(entry.Kind is EntryKind.Spinoff or EntryKind.Merger ? entry.TargetSymbol! : entry.Symbol!, lot);
        }
        var open = book.Current.Positions.Values.SelectMany(p => p.Lots.Select(l => (p.Symbol, Lot: l))).ToList();
        foreach (var (_, lot) in open) lives.Remove(lot.Id);
        return Ordered([
            .. open.Select(o => new Item(
                o.Lot.Id,
                o.Symbol,
                o.Lot.OpenedAt,
                o.Lot.Quantity,
                o.Lot.Remaining,
                Rounded(o.Lot.TaxCost / o.Lot.Remaining),
                Rounded(o.Lot.TaxCost),
                null
            )),
            .. lives.Select(l => new Item(
                l.Key,
                l.Value.Symbol,
                l.Value.OpenedAt,
                Rounded(l.Value.Quantity),
                0,
                Rounded(l.Value.UnitCost),
                0,
                l.Value.ClosedAt
            )),
        ]);
    }

    private static List<Item> Ordered(IEnumerable<Item> lots) =>
        lots.OrderBy(l => l.Symbol, StringComparer.Ordinal).ThenBy(l => l.OpenedAt).ToList();

    /// <summary>
    /// A part of a lot that stands in for shares sold at a loss has a cost and a day of its own; the lot's cost is the sum, its day its
    /// own.
    /// </summary>
    private static List<Item> Adjusted(LoadedBook book, List<Item> lots)
    {
        var costs = WashSales
            .Compute(book.Entries, book.Portfolio.Method)
            .OpenLots.GroupBy(l => l.LotId)
            .ToDictionary(g => g.Key, g => g.Sum(l => l.Cost));
        return lots.ConvertAll(l =>
            l.ClosedAt is null && costs.TryGetValue(l.Id!.Value, out var cost)
                ? l with
                {
                    Cost = Rounded(cost),
                    UnitCost = Rounded(cost / l.Remaining),
                }
                : l
        );
    }

    private static List<Item> Pools(LoadedBook book) =>
        Ordered(
            UkMatching
                .Compute(book.Entries)
                .Pools.Select(p => new Item(
                    null,
                    p.Symbol,
                    null,
                    p.Quantity,
                    p.Quantity,
                    Rounded(p.Cost / p.Quantity),
                    Rounded(p.Cost),
                    null
                ))
        );
}
