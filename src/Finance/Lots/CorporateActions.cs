namespace AgentInvest.Finance.Lots;

/// <summary>
/// What companies do to the lots of their shares. Each lot keeps its day of purchase; cost moves but is never made or lost. Where the new
/// shares do not come out whole and money is paid in lieu, the fraction of the whole holding counts as sold for it.
/// </summary>
public sealed partial class Book
{
    /// <summary>
    /// Shares are kept to ten digits, as they are stored. A lot of which nothing is left at ten digits is gone, its cost a realised loss.
    /// </summary>
    private Booked Split(LedgerEntry entry)
    {
        if (QuantityOf(entry.Symbol!) == 0) return InLieu(null, entry);
        var position = Writable(entry.Symbol!);
        var gone = new List<ClosedLot>();
        Closing(
            position,
            p =>
            {
                p.Map(lot =>
                {
                    var after = lot with
                    {
                        Quantity = Exact.Shares(lot.Quantity * entry.Ratio),
                        Remaining = Exact.Shares(lot.Remaining * entry.Ratio),
                    };
                    if (after.Remaining != 0)
                        return after;
                    gone.Add(new ClosedLot(lot.Id, lot.OpenedAt, entry.ExecutedAt, 0, lot.Cost, 0, lot.Fees, 0, false));
                    return null;
                });
                p.Realize(gone.Sum(g => g.Gain));
                p.Rescale(1 / entry.Ratio);
                return 0;
            }
        );
        var inLieu = InLieu(position, entry);
        return inLieu with { Closed = [.. gone, .. inLieu.Closed] };
    }

    private Booked Spinoff(LedgerEntry entry)
    {
        if (QuantityOf(entry.Symbol!) <= 0) return InLieu(null, entry);
        var (parent, child) = (Writable(entry.Symbol!), Writable(entry.TargetSymbol!));
        var moved = new List<Lot>();
        Closing(
            parent,
            p =>
            {
                p.Map(lot =>
                {
                    var shares = Exact.Shares(lot.Remaining * entry.Ratio);
                    if (shares == 0)
                        return lot;
                    var part = lot with
                    {
                        Id = Derived(lot.Id, entry.Id),
                        Quantity = shares,
                        Remaining = shares,
                        Cost = Fraction(lot.Cost),
                        CostLocal = Fraction(lot.CostLocal),
                        Fees = Fraction(lot.Fees),
                    };
                    moved.Add(part);
                    return lot with
                    {
                        Cost = lot.Cost - part.Cost,
                        CostLocal = lot.CostLocal - part.CostLocal,
                        Fees = lot.Fees - part.Fees,
                    };
                });
                p.Rescale(1 - entry.CostFraction);
                return 0;
            }
        );
        decimal Fraction(decimal amount) => Exact.Money(amount * entry.CostFraction);
        return Received(child, moved, parent.LastPriceLocal, entry);
    }

    private Booked Merger(LedgerEntry entry)
    {
        if (QuantityOf(entry.Symbol!) <= 0) return InLieu(null, entry);
        var old = Writable(entry.Symbol!);
        var cash = entry.InBase(entry.Amount);
        if (entry.Ratio == 0)
            return new Booked([], Closing(old, p => p.Close(entry.ExecutedAt, p.Quantity, cash, entry.InBase(entry.Fee))), []);

        var (moved, sold) = (new List<Lot>(), new List<ClosedLot>());
        var (quantity, cashLeft) = (old.Quantity, entry.CostFraction < 1 ? cash : 0);
        Closing(
            old,
            p =>
            {
                p.Map(lot =>
                {
                    var share = Exact.Part(cashLeft, lot.Remaining, quantity);
                    (cashLeft, quantity) = (cashLeft - share, quantity - lot.Remaining);
                    var shares = Exact.Shares(lot.Remaining * entry.Ratio);
                    var kept = shares == 0 ? 0 : entry.CostFraction;
                    var after = lot with
                    {
                        Quantity = shares,
                        Remaining = shares,
                        Cost = Exact.Money(lot.Cost * kept),
                        CostLocal = Exact.Money(lot.CostLocal * kept),
                        Fees = Exact.Money(lot.Fees * kept),
                    };
                    if (shares != 0)
                        moved.Add(after);
                    if (kept < 1)
                        sold.Add(
                            new ClosedLot(
                                lot.Id,
                                lot.OpenedAt,
                                entry.ExecutedAt,
                                lot.Remaining - lot.Remaining * kept,
                                lot.Cost - after.Cost,
                                share,
                                lot.Fees - after.Fees,
                                0,
                                false
                            )
                        );
                    return null;
                });
                p.Realize(sold.Sum(s => s.Gain));
                return 0;
            }
        );
        var received = Received(
            Writable(entry.TargetSymbol!),
            moved,
            old.LastPriceLocal / entry.Ratio,
            entry,
            inLieu: entry.CostFraction == 1
        );
        return received with { Closed = [.. sold, .. received.Closed] };
    }

    /// <summary>Lots that a corporate action brings, and the sale of the fraction for which money was paid.</summary>
    private Booked Received(Position position, List<Lot> lots, decimal price, LedgerEntry entry, bool inLieu = true)
    {
        if (position.LastPrice == 0) position.Traded(entry.Price > 0 ? entry.Price : price, entry.FxRate, entry.Currency);
        foreach (var lot in lots) Opening(position, lot);
        var closed = inLieu ? InLieu(position, entry, lots.Sum(l => l.Remaining)) : Booked.Nothing;
        return closed with { Opened = lots };
    }

    /// <param name="received">Of these shares the fraction is meant; null: of the whole position.</param>
    private Booked InLieu(Position? position, LedgerEntry entry, decimal? received = null)
    {
        var cash = entry.InBase(entry.Amount);
        if (cash == 0) return Booked.Nothing;
        var shares = received ?? position?.Quantity ?? 0;
        var fraction = shares - decimal.Floor(shares);
        if (position is not null && fraction > 0 && fraction <= position.Quantity)
            return new Booked([], Closing(position, p => p.Close(entry.ExecutedAt, fraction, cash, 0)), []);
        // Money for which no share can be named is gain.
        return Gained(
            position ?? Writable(entry.Symbol!),
            [new ClosedLot(entry.Id, entry.ExecutedAt, entry.ExecutedAt, 0, 0, cash, 0, 0, false)]
        );
    }

    /// <summary>
    /// Each share's cost falls by the same amount, fees last; beyond that it is gain (IRS Pub. 550, "Nondividend distributions").
    /// </summary>
    private Booked ReturnOfCapital(LedgerEntry entry)
    {
        var position = Writable(entry.Symbol!);
        var (left, localLeft, quantity) = (entry.InBase(entry.Amount), Exact.Money(entry.Amount), position.Quantity);
        if (quantity <= 0) return Gained(position, [new ClosedLot(entry.Id, entry.ExecutedAt, entry.ExecutedAt, 0, 0, left, 0, 0, false)]);
        var gains = new List<ClosedLot>();
        Closing(
            position,
            p =>
            {
                p.Map(lot =>
                {
                    var (share, local) = (Exact.Part(left, lot.Remaining, quantity), Exact.Part(localLeft, lot.Remaining, quantity));
                    (left, localLeft, quantity) = (left - share, localLeft - local, quantity - lot.Remaining);
                    var beyond = Math.Max(share - lot.Cost, 0);
                    var fees = Math.Min(beyond, lot.Fees);
                    if (beyond > 0)
                        gains.Add(new ClosedLot(lot.Id, lot.OpenedAt, entry.ExecutedAt, 0, 0, beyond, fees, 0, false));
                    return lot with
                    {
                        Cost = lot.Cost - share + beyond,
                        CostLocal = Math.Max(lot.CostLocal - local, 0),
                        Fees = lot.Fees - fees,
                    };
                });
                return 0;
            }
        );
        return Gained(position, gains);
    }

    private Booked Gained(Position position, List<ClosedLot> gains)
    {
        Closing(position, p => { p.Realize(gains.Sum(g => g.Gain)); return 0; });
        return new Booked([], gains, []);
    }

    /// <summary>The same two ids always give the same third.</summary>
    internal static Guid Derived(Guid lot, Guid entry)
    {
        Span<byte> a = stackalloc byte[16], b = stackalloc byte[16];
        lot.TryWriteBytes(a);
        entry.TryWriteBytes(b);
        // Turned by one byte: the lot's own id cannot come out, nor the same for two actions of one entry's lots.
        for (var i = 0; i < 16; i++) a[i] ^= b[(i + 1) % 16];
        return new Guid(a);
    }
}
