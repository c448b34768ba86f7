namespace AgentInvest.Finance.Lots;

/// <summary>What one purchase opened and what of it is left. Costs are before fees and belong to what remains.</summary>
public sealed class Lot
{
    internal Lot(Guid id, DateTimeOffset openedAt, decimal quantity, decimal cost, decimal costLocal)
    {
        (Id, OpenedAt, Quantity, Remaining, Cost, CostLocal) = (id, openedAt, quantity, quantity, cost, costLocal);
    }

    /// <summary>The id of the entry that opened it.</summary>
    public Guid Id { get; }

    public DateTimeOffset OpenedAt { get; }

    /// <summary>Bought, in today's shares (after splits).</summary>
    public decimal Quantity { get; internal set; }

    public decimal Remaining { get; internal set; }

    /// <summary>Of what remains, in base currency at the rate of the purchase.</summary>
    public decimal Cost { get; internal set; }

    /// <summary>Of what remains, in the currency of the purchase.</summary>
    public decimal CostLocal { get; internal set; }

    internal decimal UnitCost => Cost / Remaining;
}

/// <summary>The part of a lot that a sale closed. Money in base currency, before fees.</summary>
public sealed record ClosedLot(Guid LotId, DateTimeOffset OpenedAt, decimal Quantity, decimal Cost, decimal Proceeds)
{
    public decimal Gain => Proceeds - Cost;
}

/// <summary>One symbol's lots and what they have brought. Money in base currency.</summary>
public sealed class Position(string symbol)
{
    private readonly List<Lot> _lots = [];

    public string Symbol { get; } = symbol;

    /// <summary>Open lots, oldest first.</summary>
    public IReadOnlyList<Lot> Lots => _lots;

    public decimal Quantity { get; private set; }

    /// <summary>Of the open lots, before fees.</summary>
    public decimal Cost { get; private set; }

    /// <summary>Of the open lots, in the currency they were bought in.</summary>
    public decimal CostLocal { get; private set; }

    public decimal RealizedPnl { get; private set; }

    /// <summary>Of the last purchase or sale, per share, in base currency, in today's shares; stands in where no price is known.</summary>
    public decimal LastPrice { get; private set; }

    public string Currency { get; private set; } = "";

    internal Lot Buy(LedgerEntry entry)
    {
        var local = entry.Quantity * entry.Price;
        var lot = new Lot(entry.Id, entry.ExecutedAt, entry.Quantity, local * entry.FxRate, local);
        _lots.Add(lot);
        Quantity += lot.Quantity;
        Cost += lot.Cost;
        CostLocal += local;
        Traded(entry);
        return lot;
    }

    internal List<ClosedLot> Sell(LedgerEntry entry, CostBasisMethod method)
    {
        if (entry.Quantity > Quantity) throw new InsufficientQuantityException(Symbol, Quantity, entry.Quantity, entry.ExecutedAt);
        var closed = new List<ClosedLot>();
        var left = entry.Quantity;
        var proceeds = entry.Quantity * entry.Price * entry.FxRate;
        var proceedsLeft = proceeds;
        while (left > 0)
        {
            var index = Next(method);
            var lot = _lots[index];
            var taken = Math.Min(left, lot.Remaining);
            var whole = taken == lot.Remaining;
            // The last part of a lot, and of a sale, takes what is left, so that rounding never adds or loses a cent.
            var cost = whole ? lot.Cost : lot.Cost * (taken / lot.Remaining);
            var local = whole ? lot.CostLocal : lot.CostLocal * (taken / lot.Remaining);
            var share = taken == left ? proceedsLeft : proceeds * (taken / entry.Quantity);
            closed.Add(new ClosedLot(lot.Id, lot.OpenedAt, taken, cost, share));
            lot.Remaining -= taken;
            lot.Cost -= cost;
            lot.CostLocal -= local;
            if (whole) _lots.RemoveAt(index);
            Cost -= cost;
            CostLocal -= local;
            left -= taken;
            proceedsLeft -= share;
            RealizedPnl += share - cost;
        }
        Quantity -= entry.Quantity;
        if (_lots.Count == 0) (Cost, CostLocal) = (0, 0);
        Traded(entry);
        return closed;
    }

    /// <summary>
    /// Shares are kept to ten digits, as they are stored; cost is untouched by a split. A lot of which nothing is left at ten digits is gone, its cost lost.
    /// </summary>
    /// <returns>What was lost, in base currency; 0 but for dust.</returns>
    internal decimal Split(decimal ratio)
    {
        Quantity = 0;
        var lost = 0m;
        foreach (var lot in _lots)
        {
            lot.Quantity = decimal.Round(lot.Quantity * ratio, 10);
            lot.Remaining = decimal.Round(lot.Remaining * ratio, 10);
            Quantity += lot.Remaining;
            if (lot.Remaining > 0) continue;
            lost += lot.Cost;
            CostLocal -= lot.CostLocal;
        }
        _lots.RemoveAll(l => l.Remaining == 0);
        Cost -= lost;
        RealizedPnl -= lost;
        LastPrice /= ratio;
        return lost;
    }

    private void Traded(LedgerEntry entry)
    {
        LastPrice = entry.Price * entry.FxRate;
        Currency = entry.Currency;
    }

    private int Next(CostBasisMethod method)
    {
        if (method == CostBasisMethod.Fifo) return 0;
        if (method == CostBasisMethod.Lifo) return _lots.Count - 1;
        var dearest = 0;
        for (var i = 1; i < _lots.Count; i++)
            if (_lots[i].UnitCost > _lots[dearest].UnitCost) dearest = i;
        return dearest;
    }
}
