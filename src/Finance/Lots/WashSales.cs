namespace AgentInvest.Finance.Lots;

/// <summary>An open lot with the losses that wash sales added to it: cost with fees, in base currency.</summary>
/// <param name="AcquiredOn">Earlier than the purchase by the holding period that a wash sale carried over.</param>
public sealed record AdjustedLot(string Symbol, Guid LotId, decimal Quantity, DateOnly AcquiredOn, decimal Cost);

/// <summary>The year's gains and the open lots by US law.</summary>
public sealed record WashSaleResult(IReadOnlyList<RealizedGain> Gains, IReadOnlyList<AdjustedLot> OpenLots);

/// <summary>
/// The wash sale rule (IRC § 1091, IRS Pub. 550): a loss is disallowed share for share as far as shares of the same symbol were bought
/// within 30 days before or after the sale and not sold with it, the earliest purchase first, each share standing in for one other only.
/// The disallowed loss is added to the replacement's cost, and the holding period of what was sold to its own. The rest of the very lot
/// that is sold does not replace it (Rev. Rul. 56-602). Transfers and corporate actions are not purchases. Days are UTC.
/// </summary>
public sealed class WashSales
{
    private const int Window = 30;

    private readonly IReadOnlyList<LedgerEntry> _entries;
    private readonly decimal[] _scales;
    private readonly Book _book;
    private readonly Dictionary<string, Purchases> _purchases = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, Replacement> _replacements = [];
    private readonly List<RealizedGain> _gains = [];

    private WashSales(IReadOnlyList<LedgerEntry> ordered, CostBasisMethod method)
    {
        (_entries, _book, _scales) = (ordered, new Book(method), RealizedGain.Scales(ordered));
        for (var i = 0; i < ordered.Count; i++)
        {
            if (ordered[i].Kind != EntryKind.Buy) continue;
            if (!_purchases.TryGetValue(ordered[i].Symbol!, out var list)) _purchases[ordered[i].Symbol!] = list = new Purchases();
            list.At.Add(i);
        }
    }

    /// <summary>
    /// A symbol's purchases by their entries. One whose shares are all sold or stand in for others already never has a free one again: it
    /// is passed over from then on, so that frequent trading stays linear.
    /// </summary>
    private sealed class Purchases
    {
        private int[]? _next;

        public List<int> At { get; } = [];

        public int FirstFree(int from)
        {
            _next ??= [.. Enumerable.Range(0, At.Count + 1)];
            while (_next[from] != from) from = _next[from] = _next[_next[from]];
            return from;
        }

        public void Exhaust(int purchase) => _next![purchase] = purchase + 1;
    }

    /// <summary>
    /// Shares of a lot that stand in for others, in shares of the day: their number, the loss they carry, and since when they count as
    /// held.
    /// </summary>
    private sealed record Slice(decimal Quantity, decimal Added, DateOnly AcquiredOn);

    private sealed class Replacement(string symbol, int openedBy)
    {
        public string Symbol { get; set; } = symbol;
        public int OpenedBy { get; } = openedBy;
        public List<Slice> Slices { get; set; } = [];
        public decimal Quantity => Slices.Sum(s => s.Quantity);
    }

    /// <summary>A part of what one sale closed, of one cost and holding period.</summary>
    private sealed record Part(Guid LotId, decimal Quantity, DateOnly AcquiredOn, decimal Proceeds, decimal Cost);

    /// <param name="ordered">All entries, in <see cref="LedgerEntry.Order"/>: a purchase after a sale counts.</param>
    public static WashSaleResult Compute(IReadOnlyList<LedgerEntry> ordered, CostBasisMethod method)
    {
        var run = new WashSales(ordered, method);
        for (var i = 0; i < ordered.Count; i++) run.Apply(i);
        return new WashSaleResult(run._gains, run.Open());
    }

    private void Apply(int index)
    {
        var entry = _entries[index];
        var booked = _book.Apply(entry);
        foreach (var lot in booked.Transferred) TakeSlices(lot.LotId, lot.Quantity);
        if (entry.Kind == EntryKind.Spinoff) Spinoff(entry);
        var whole = entry.Kind == EntryKind.Merger && entry.Ratio > 0;
        var parts = booked.Closed.Where(c => !c.IsShort && c.Quantity > 0 && !whole).SelectMany(c => Parts(entry, c)).ToList();
        foreach (var other in booked.Closed.Where(c => c.IsShort || c.Quantity == 0 || whole))
            Add(
                entry,
                new Part(
                    other.LotId,
                    other.Quantity,
                    RealizedGain.DayOf(other.OpenedAt),
                    other.TaxProceeds,
                    other.TaxCost + Orphaned(entry, other)
                ),
                0,
                other.Term
            );
        foreach (var part in parts)
            Add(entry, part, part.Proceeds < part.Cost ? Disallow(index, part) : 0, HoldingPeriod.TermOf(part.AcquiredOn, entry.Day));
        if (entry.Kind == EntryKind.Split || whole) Rescale(entry, index);
    }

    private void Add(LedgerEntry entry, Part part, decimal disallowed, Term term) =>
        _gains.Add(
            new RealizedGain(
                RealizedGain.SymbolOf(entry),
                entry.Id,
                part.LotId,
                part.Quantity,
                part.AcquiredOn,
                entry.Day,
                part.Proceeds,
                part.Cost,
                term,
                disallowed,
                MatchRule.Lot
            )
        );

    /// <summary>The shares that stand in for others go first: they count as held longest.</summary>
    private IEnumerable<Part> Parts(LedgerEntry entry, ClosedLot closed)
    {
        var (left, proceeds, cost) = (closed.Quantity, closed.TaxProceeds, closed.TaxCost);
        foreach (var slice in TakeSlices(closed.LotId, closed.Quantity))
        {
            var (p, c) = (Exact.Part(proceeds, slice.Quantity, left), Exact.Part(cost, slice.Quantity, left));
            (left, proceeds, cost) = (left - slice.Quantity, proceeds - p, cost - c);
            yield return new Part(
                closed.LotId,
                slice.Quantity,
                slice.AcquiredOn,
                p,
                c + slice.Added + (left == 0 ? Orphaned(entry, closed) : 0)
            );
        }
        if (left > 0)
            yield return new Part(closed.LotId, left, RealizedGain.DayOf(closed.OpenedAt), proceeds, cost + Orphaned(entry, closed));
    }

    private List<Slice> TakeSlices(Guid lotId, decimal quantity)
    {
        var taken = new List<Slice>();
        if (!_replacements.TryGetValue(lotId, out var replacement)) return taken;
        while (quantity > 0 && replacement.Slices.Count > 0)
        {
            var slice = replacement.Slices[0];
            var part = Math.Min(quantity, slice.Quantity);
            var added = Exact.Part(slice.Added, part, slice.Quantity);
            taken.Add(slice with { Quantity = part, Added = added });
            if (part == slice.Quantity) replacement.Slices.RemoveAt(0);
            else replacement.Slices[0] = slice with { Quantity = slice.Quantity - part, Added = slice.Added - added };
            quantity -= part;
        }
        return taken;
    }

    /// <summary>Matches a loss with its replacements and moves it to them.</summary>
    private decimal Disallow(int sale, Part part)
    {
        var entry = _entries[sale];
        // The fraction of a share that a corporate action pays for is sold by the company, not by the holder.
        if (entry is not { Kind: EntryKind.Sell, Symbol: { } symbol } || !_purchases.TryGetValue(symbol, out var purchases)) return 0;
        var (left, loss, disallowed) = (part.Quantity, part.Cost - part.Proceeds, 0m);
        for (
            var i = purchases.FirstFree(FirstSince(purchases.At, entry.Day.AddDays(-Window)));
            i < purchases.At.Count && left > 0;
            i = purchases.FirstFree(i + 1)
        )
        {
            var at = purchases.At[i];
            var purchase = _entries[at];
            if (purchase.Day > entry.Day.AddDays(Window)) break;
            if (purchase.Id == part.LotId) continue;
            // One share of the purchase's day in shares of the sale's day; those already bought are in these already.
            var later = at > sale;
            var scale = later ? _scales[at] / _scales[sale] : 1;
            var held = later ? purchase.Quantity : Remaining(symbol, purchase.Id);
            if (!_replacements.TryGetValue(purchase.Id, out var replacement)) replacement = new Replacement(symbol, at);
            var free = Exact.Shares((held - replacement.Quantity) * scale);
            var matched = Math.Min(left, free);
            if (free <= 0) purchases.Exhaust(i);
            if (matched <= 0) continue;
            var moved = Exact.Part(loss, matched, left);
            var heldBefore = entry.Day.DayNumber - part.AcquiredOn.DayNumber;
            replacement.Slices.Add(
                new Slice(
                    matched == free ? held - replacement.Quantity : Exact.Shares(matched / scale),
                    moved,
                    purchase.Day.AddDays(-heldBefore)
                )
            );
            _replacements[purchase.Id] = replacement;
            (left, loss, disallowed) = (left - matched, loss - moved, disallowed + moved);
        }
        return disallowed;
    }

    private int FirstSince(List<int> purchases, DateOnly day)
    {
        var (low, high) = (0, purchases.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_entries[purchases[middle]].Day < day) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    /// <summary>
    /// The deferred loss left on a closed lot: rounding of a split may leave a slice larger than its lot, and a merger a lot without
    /// shares.
    /// </summary>
    private decimal Orphaned(LedgerEntry entry, ClosedLot gone) =>
        Remaining(entry.Symbol, gone.LotId) + Remaining(entry.TargetSymbol, gone.LotId) == 0
            ? TakeSlices(gone.LotId, decimal.MaxValue).Sum(s => s.Added)
            : 0;

    private decimal Remaining(string? symbol, Guid lot) =>
        symbol is not null && _book.Positions.TryGetValue(symbol, out var position) ? position.RemainingOf(lot) : 0;

    private void Rescale(LedgerEntry entry, int index)
    {
        foreach (var (lot, replacement) in _replacements.Where(r => r.Value.Symbol == entry.Symbol && r.Value.OpenedBy < index))
        {
            if (entry.Kind == EntryKind.Merger) replacement.Symbol = entry.TargetSymbol!;
            replacement.Slices = Fitted(
                replacement.Slices.Select(s => s with { Quantity = Exact.Shares(s.Quantity * entry.Ratio) }),
                Remaining(replacement.Symbol, lot)
            );
        }
    }

    /// <summary>
    /// Slices rounded one by one are made to add up to the lot they are all of, and one too small for ten digits joins the one before it.
    /// </summary>
    private static List<Slice> Fitted(IEnumerable<Slice> slices, decimal remaining)
    {
        var fitted = new List<Slice>();
        foreach (var slice in slices)
        {
            if (slice.Quantity > 0 || fitted.Count == 0) fitted.Add(slice);
            else fitted[^1] = fitted[^1] with { Added = fitted[^1].Added + slice.Added };
        }
        if (fitted.Count == 0 || remaining == 0) return fitted;
        var off = remaining - fitted.Sum(s => s.Quantity);
        if (off < 0 || off <= (fitted.Count + 1) * 0.0000000001m) fitted[^1] = fitted[^1] with { Quantity = fitted[^1].Quantity + off };
        return fitted;
    }

    private void Spinoff(LedgerEntry entry)
    {
        foreach (
            var (lot, parent) in _replacements
                .Where(r => r.Value.Symbol == entry.Symbol && r.Value.Quantity > 0 && Remaining(entry.Symbol, r.Key) > 0)
                .ToList()
        )
        {
            var child = new Replacement(entry.TargetSymbol!, parent.OpenedBy);
            var id = Book.Derived(lot, entry.Id);
            var received = Remaining(entry.TargetSymbol, id);
            if (received == 0) continue;
            var moved = parent.Slices.ConvertAll(s =>
                s with
                {
                    Quantity = Exact.Shares(s.Quantity * entry.Ratio),
                    Added = Exact.Money(s.Added * entry.CostFraction),
                }
            );
            parent.Slices = parent.Slices.Zip(moved, (s, c) => s with { Added = s.Added - c.Added }).ToList();
            child.Slices = Fitted(moved, received);
            _replacements[id] = child;
        }
    }

    private List<AdjustedLot> Open()
    {
        var open = new List<AdjustedLot>();
        foreach (var position in _book.Positions.Values.OrderBy(p => p.Symbol, StringComparer.Ordinal))
            foreach (var lot in position.Lots.Where(l => l.Remaining > 0))
            {
                var (left, cost) = (lot.Remaining, lot.TaxCost);
                var slices = _replacements.TryGetValue(lot.Id, out var replacement) ? Fitted(replacement.Slices, lot.Remaining) : [];
                foreach (var slice in slices)
                {
                    var part = Exact.Part(cost, slice.Quantity, left);
                    (left, cost) = (left - slice.Quantity, cost - part);
                    open.Add(new AdjustedLot(position.Symbol, lot.Id, slice.Quantity, slice.AcquiredOn, part + slice.Added));
                }
                if (left > 0) open.Add(new AdjustedLot(position.Symbol, lot.Id, left, RealizedGain.DayOf(lot.OpenedAt), cost));
            }
        return open;
    }
}
