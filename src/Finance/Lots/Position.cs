namespace AgentInvest.Finance.Lots;

/// <summary>
/// One symbol's lots and what they have brought. Money in base currency, before fees, unless stated otherwise; negative for a short
/// position.
/// </summary>
public sealed class Position
{
    private readonly CostBasisMethod _method;
    private readonly OpenLots _open;

    internal Position(string symbol, CostBasisMethod method, object owner) =>
        (Symbol, _method, Owner, _open) = (symbol, method, owner, new OpenLots());

    private Position(Position other, object owner)
    {
        (Symbol, _method, Owner, _open) = (other.Symbol, other._method, owner, other._open.Clone());
        (Quantity, Cost, CostLocal, Fees, AverageCost) = (other.Quantity, other.Cost, other.CostLocal, other.Fees, other.AverageCost);
        (RealizedPnl, LastPrice, LastPriceLocal, Currency) = (other.RealizedPnl, other.LastPrice, other.LastPriceLocal, other.Currency);
    }

    public string Symbol { get; }

    /// <summary>Open lots, oldest first. By average cost each has its share of the whole.</summary>
    public IReadOnlyList<Lot> Lots => _method == CostBasisMethod.Average ? Averaged() : _open.ToList();

    public decimal Quantity { get; private set; }

    /// <summary>Of the open lots.</summary>
    public decimal Cost { get; private set; }

    /// <summary>Of the open lots, in the currency they were bought in.</summary>
    public decimal CostLocal { get; private set; }

    /// <summary>What buying the open lots cost in fees.</summary>
    public decimal Fees { get; private set; }

    /// <summary>
    /// The cost that would be left if each sale had taken shares at their average cost; what the return on average investment is measured
    /// against.
    /// </summary>
    public decimal AverageCost { get; private set; }

    public decimal RealizedPnl { get; private set; }

    /// <summary>
    /// Of the last purchase or sale, per share, in base currency at its rate, in today's shares; stands in where no price is known.
    /// </summary>
    public decimal LastPrice { get; private set; }

    /// <summary>The same in <see cref="Currency"/>.</summary>
    public decimal LastPriceLocal { get; private set; }

    public string Currency { get; private set; } = "";

    /// <summary>The book that may change it; any other takes a copy.</summary>
    internal object Owner { get; }

    internal Position CopyFor(object owner) => new(this, owner);

    /// <param name="lot">Negative for a short sale.</param>
    internal void Open(Lot lot)
    {
        _open.Add(lot);
        Quantity += lot.Remaining;
        Cost += lot.Cost;
        CostLocal += lot.CostLocal;
        Fees += lot.Fees;
        AverageCost += lot.Cost;
    }

    /// <param name="quantity">Of shares, positive, and no more than are open.</param>
    /// <param name="money">What was received for them, or paid to buy them back.</param>
    /// <param name="fees">Of the closing trade.</param>
    /// <param name="named">The lots to take, in this order; null for the method's own.</param>
    internal List<ClosedLot> Close(DateTimeOffset at, decimal quantity, decimal money, decimal fees, IReadOnlyList<Guid>? named = null)
    {
        var closed = Taken(at, quantity, money, fees, named);
        foreach (var lot in closed) RealizedPnl += lot.Gain;
        return closed;
    }

    /// <summary>The same for shares that leave at cost.</summary>
    internal List<ClosedLot> TransferOut(DateTimeOffset at, decimal quantity, IReadOnlyList<Guid>? named) =>
        Taken(at, quantity, 0, 0, named).ConvertAll(c => c with { Proceeds = c.Cost });

    private List<ClosedLot> Taken(DateTimeOffset at, decimal quantity, decimal money, decimal fees, IReadOnlyList<Guid>? named)
    {
        var closed = new List<ClosedLot>();
        var isShort = Quantity < 0;
        var average = _method == CostBasisMethod.Average ? new Shares(quantity, Math.Abs(Quantity), Cost, CostLocal, Fees) : null;
        AverageCost -= Exact.Part(AverageCost, quantity, Math.Abs(Quantity));
        for (var (left, next) = (quantity, 0); left > 0; next++)
        {
            var slot = named is null ? _open.Next(_method) : _open.Find(named[next]);
            var lot = _open[slot];
            var taken = Math.Min(left, Math.Abs(lot.Remaining));
            var (rest, cost, local, lotFees) = lot.Take(taken);
            if (average is not null) (cost, local, lotFees) = average.Take(taken, left);
            // The last part takes what is left, so that rounding never adds or loses a cent.
            var (share, fee) = (Exact.Part(money, taken, left), Exact.Part(fees, taken, left));
            closed.Add(
                isShort
                    ? new ClosedLot(lot.Id, lot.OpenedAt, at, taken, share, -cost, lotFees, fee, true)
                    : new ClosedLot(lot.Id, lot.OpenedAt, at, taken, cost, share, lotFees, fee, false)
            );
            if (rest is null) _open.Remove(slot);
            else _open[slot] = rest;
            (left, money, fees) = (left - taken, money - share, fees - fee);
            (Cost, CostLocal, Fees) = (Cost - cost, CostLocal - local, Fees - lotFees);
        }
        Quantity += isShort ? quantity : -quantity;
        if (_open.Count == 0) (Cost, CostLocal, Fees, AverageCost) = (0, 0, 0, 0);
        return closed;
    }

    /// <summary>How much the lots named hold together.</summary>
    internal decimal HeldIn(IReadOnlyList<Guid> named) => named.Distinct().Sum(RemainingOf);

    internal decimal RemainingOf(Guid lot) => _open.Find(lot) is >= 0 and var slot ? _open[slot].Remaining : 0;

    /// <summary>Replaces each lot by what a corporate action makes of it; null where nothing is left.</summary>
    internal void Map(Func<Lot, Lot?> change)
    {
        var before = Cost;
        var lots = Lots.Select(change).OfType<Lot>().ToList();
        _open.Reset(lots);
        (Quantity, Cost, CostLocal, Fees) = (
            lots.Sum(l => l.Remaining),
            lots.Sum(l => l.Cost),
            lots.Sum(l => l.CostLocal),
            lots.Sum(l => l.Fees)
        );
        AverageCost = Exact.Part(AverageCost, Cost, before == 0 ? Cost : before);
    }

    internal void Realize(decimal gain) => RealizedPnl += gain;

    internal void Traded(decimal price, decimal fxRate, string currency) =>
        (LastPrice, LastPriceLocal, Currency) = (price * fxRate, price, currency);

    internal void Rescale(decimal factor) => (LastPrice, LastPriceLocal) = (LastPrice * factor, LastPriceLocal * factor);

    private List<Lot> Averaged()
    {
        var lots = _open.ToList();
        if (lots.Count == 0) return lots;
        var shares = new Shares(Math.Abs(Quantity), Math.Abs(Quantity), Cost, CostLocal, Fees);
        var left = Math.Abs(Quantity);
        for (var i = 0; i < lots.Count; i++)
        {
            var held = Math.Abs(lots[i].Remaining);
            var (cost, local, fees) = shares.Take(held, left);
            lots[i] = lots[i] with { Cost = cost, CostLocal = local, Fees = fees };
            left -= held;
        }
        return lots;
    }

    /// <summary>What a number of shares costs at the average, dealt out to the lots they come from.</summary>
    private sealed class Shares(decimal quantity, decimal all, decimal cost, decimal local, decimal fees)
    {
        private decimal _cost = Exact.Part(cost, quantity, all);
        private decimal _local = Exact.Part(local, quantity, all);
        private decimal _fees = Exact.Part(fees, quantity, all);

        public (decimal Cost, decimal Local, decimal Fees) Take(decimal taken, decimal left)
        {
            var part = (Exact.Part(_cost, taken, left), Exact.Part(_local, taken, left), Exact.Part(_fees, taken, left));
            (_cost, _local, _fees) = (_cost - part.Item1, _local - part.Item2, _fees - part.Item3);
            return part;
        }
    }
}
