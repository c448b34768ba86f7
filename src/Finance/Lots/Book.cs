namespace AgentInvest.Finance.Lots;

/// <summary>
/// The state of one portfolio's books after its entries so far, applied in <see cref="LedgerEntry.Order"/>. Money in base currency; cost
/// and gains before fees.
/// </summary>
/// <param name="baseCurrency">Given, cash is kept by currency (<see cref="CashBalances"/>); else it counts at the rates of its
/// bookings.</param>
/// <param name="allowShort">Whether a sale of more than is held opens a short position instead of being refused.</param>
public sealed partial class Book(CostBasisMethod method, string? baseCurrency = null, bool allowShort = false)
{
    private readonly Dictionary<string, Position> _positions = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, decimal> _balances = new(StringComparer.Ordinal);
    private object _owner = new();
    private decimal _moved;
    private decimal _transferred;

    public IReadOnlyDictionary<string, Position> Positions => _positions;

    public CostBasisMethod Method => method;

    public string? BaseCurrency => baseCurrency;

    /// <summary>Whether a deposit or withdrawal was booked: only then is there an account whose cash moves.</summary>
    public bool TracksCash { get; private set; }

    /// <summary>At the rates of the bookings that moved it; 0 where cash is not tracked; may be negative.</summary>
    public decimal Cash => TracksCash ? _moved : 0;

    /// <summary>
    /// Cash by currency. A payment in another currency than the base is met from what is there of it; what is short is changed from base at
    /// the payment's own rate, so only the base balance may go negative. Empty where cash is not tracked.
    /// </summary>
    public IReadOnlyDictionary<string, decimal> CashBalances =>
        TracksCash ? _balances : new SortedDictionary<string, decimal>(StringComparer.Ordinal);

    /// <summary>
    /// Tracked: deposits less withdrawals. Untracked: what purchases put in less what sales and income took out. Shares transferred in and
    /// out count at their cost.
    /// </summary>
    public decimal NetInvested => NetInvestedAs(TracksCash);

    public decimal Deposited { get; private set; }
    public decimal RealizedPnl { get; private set; }
    public decimal Dividends { get; private set; }
    public decimal Interest { get; private set; }
    public decimal Fees { get; private set; }
    public decimal Taxes { get; private set; }

    /// <summary>Of all open lots.</summary>
    public decimal Cost { get; private set; }

    public static Book Replay(IEnumerable<LedgerEntry> ordered, CostBasisMethod method, string? baseCurrency = null)
    {
        var book = new Book(method, baseCurrency);
        foreach (var entry in ordered) book.Apply(entry);
        return book;
    }

    /// <summary>
    /// An independent copy. Positions are shared until one of the two changes them, so that a copy at each month's end
    /// costs little.
    /// </summary>
    public Book Copy()
    {
        var copy = new Book(method, baseCurrency, allowShort)
        {
            _moved = _moved,
            _transferred = _transferred,
            TracksCash = TracksCash,
            Deposited = Deposited,
            RealizedPnl = RealizedPnl,
            Dividends = Dividends,
            Interest = Interest,
            Fees = Fees,
            Taxes = Taxes,
            Cost = Cost,
        };
        foreach (var (symbol, position) in _positions) copy._positions.Add(symbol, position);
        foreach (var (currency, amount) in _balances) copy._balances.Add(currency, amount);
        _owner = new object();
        return copy;
    }

    /// <exception cref="InsufficientQuantityException">More is sold than is held; nothing has changed.</exception>
    /// <exception cref="OverflowException">An amount of 10^16 or more in base currency: more than can be kept exactly.</exception>
    public Booked Apply(LedgerEntry entry)
    {
        var (flow, fee, tax) = (entry.CashFlow, entry.InBase(entry.Fee), entry.InBase(entry.Tax));
        if (Math.Abs(flow) >= Exact.Limit || entry.InBase(entry.Quantity * entry.Price) >= Exact.Limit)
            throw new OverflowException($"An amount of {entry.Currency} is too large for the books.");
        var booked = entry.Kind switch
        {
            EntryKind.Buy => Buy(entry),
            EntryKind.Sell => Sell(entry),
            EntryKind.TransferIn => TransferIn(entry),
            EntryKind.TransferOut => TransferOut(entry),
            EntryKind.Split => Split(entry),
            EntryKind.Spinoff => Spinoff(entry),
            EntryKind.Merger => Merger(entry),
            EntryKind.ReturnOfCapital => ReturnOfCapital(entry),
            _ => Money(entry),
        };
        Fees += fee;
        Taxes += tax;
        _moved += flow;
        if (baseCurrency is not null) MoveCash(entry);
        return booked;
    }

    /// <summary>As it is in a book that tracks cash from its beginning, or never.</summary>
    internal decimal NetInvestedAs(bool tracked) => (tracked ? Deposited : -_moved) + _transferred;

    /// <summary>All that was moved, at the bookings' rates and by currency, whether it is shown as cash or not.</summary>
    internal decimal Moved => _moved;

    internal IReadOnlyDictionary<string, decimal> Balances => _balances;

    /// <summary>The quantity held, 0 for a symbol never booked.</summary>
    public decimal QuantityOf(string symbol) => _positions.TryGetValue(symbol, out var position) ? position.Quantity : 0;

    private Booked Money(LedgerEntry entry)
    {
        var amount = entry.InBase(entry.Amount);
        switch (entry.Kind)
        {
            case EntryKind.Dividend: Dividends += amount; break;
            case EntryKind.Interest: Interest += amount; break;
            case EntryKind.Fee: Fees += amount; break;
            case EntryKind.Tax: Taxes += amount; break;
            default:
                TracksCash = true;
                Deposited += entry.Kind == EntryKind.Deposit ? amount : -amount;
                break;
        }
        return Booked.Nothing;
    }

    private void MoveCash(LedgerEntry entry)
    {
        var flow = entry.CashFlowLocal;
        if (flow == 0) return;
        var balance = _balances.GetValueOrDefault(entry.Currency) + flow;
        if (balance < 0 && entry.Currency != baseCurrency)
        {
            _balances[baseCurrency!] = _balances.GetValueOrDefault(baseCurrency!) + entry.InBase(balance);
            balance = 0;
        }
        _balances[entry.Currency] = balance;
    }

    private Booked Buy(LedgerEntry entry)
    {
        Positive(entry.Quantity);
        var closed = new List<ClosedLot>();
        var (left, cost, local, fees) = (
            entry.Quantity,
            entry.InBase(entry.Quantity * entry.Price),
            Exact.Money(entry.Quantity * entry.Price),
            entry.InBase(entry.Fee)
        );
        var position = Writable(entry.Symbol!);
        if (position.Quantity < 0)
        {
            var back = Math.Min(left, -position.Quantity);
            var (paid, fee) = (Exact.Part(cost, back, left), Exact.Part(fees, back, left));
            closed = Closing(position, p => p.Close(entry.ExecutedAt, back, paid, fee));
            (local, cost, fees, left) = (local - Exact.Part(local, back, left), cost - paid, fees - fee, left - back);
        }
        position.Traded(entry.Price, entry.FxRate, entry.Currency);
        return new Booked(
            left > 0 ? [Opening(position, new Lot(entry.Id, entry.ExecutedAt, left, left, cost, local, fees))] : [],
            closed,
            []
        );
    }

    private Booked Sell(LedgerEntry entry)
    {
        Positive(entry.Quantity);
        var named = Named(entry, allowShort);
        var position = Writable(entry.Symbol!);
        var (left, money, local, fees) = (
            entry.Quantity,
            entry.InBase(entry.Quantity * entry.Price),
            Exact.Money(entry.Quantity * entry.Price),
            entry.InBase(entry.Fee)
        );
        var sold = Math.Min(left, Math.Max(position.Quantity, 0));
        var (proceeds, fee) = sold == 0 ? (0, 0) : (Exact.Part(money, sold, left), Exact.Part(fees, sold, left));
        var closed = sold == 0 ? [] : Closing(position, p => p.Close(entry.ExecutedAt, sold, proceeds, fee, named));
        position.Traded(entry.Price, entry.FxRate, entry.Currency);
        if (sold == left) return new Booked([], closed, []);
        local -= sold == 0 ? 0 : Exact.Part(local, sold, left);
        left -= sold;
        return new Booked(
            [Opening(position, new Lot(entry.Id, entry.ExecutedAt, -left, -left, proceeds - money, -local, fees - fee))],
            closed,
            []
        );
    }

    private Booked TransferIn(LedgerEntry entry)
    {
        Positive(entry.Quantity);
        var local = Exact.Money(entry.Quantity * entry.Price);
        var position = Writable(entry.Symbol!);
        if (position.LastPrice == 0) position.Traded(entry.Price, entry.FxRate, entry.Currency);
        var lot = Opening(
            position,
            new Lot(entry.Id, entry.AcquiredAt ?? entry.ExecutedAt, entry.Quantity, entry.Quantity, entry.InBase(local), local, 0)
        );
        _transferred += lot.Cost;
        return new Booked([lot], [], []);
    }

    private Booked TransferOut(LedgerEntry entry)
    {
        Positive(entry.Quantity);
        var named = Named(entry, shortAllowed: false);
        var left = Closing(Writable(entry.Symbol!), p => p.TransferOut(entry.ExecutedAt, entry.Quantity, named));
        _transferred -= left.Sum(l => l.Cost);
        return new Booked([], [], left);
    }

    /// <summary>The lots that the entry names, if the method reads them and they hold enough.</summary>
    private List<Guid>? Named(LedgerEntry entry, bool shortAllowed)
    {
        var held = QuantityOf(entry.Symbol!);
        if (entry.Quantity > held && !shortAllowed)
            throw new InsufficientQuantityException(entry.Symbol!, held, entry.Quantity, entry.ExecutedAt);
        if (method != CostBasisMethod.Specific || entry.LotIds is not { Count: > 0 } || held <= 0) return null;
        var named = entry.LotIds.Distinct().ToList();
        var inLots = _positions[entry.Symbol!].HeldIn(named);
        if (entry.Quantity > inLots) throw new InsufficientQuantityException(entry.Symbol!, inLots, entry.Quantity, entry.ExecutedAt);
        return named.FindAll(id => _positions[entry.Symbol!].HeldIn([id]) > 0);
    }

    private Lot Opening(Position position, Lot lot)
    {
        position.Open(lot);
        Cost += lot.Cost;
        return lot;
    }

    /// <summary>A change of a position, with the book's totals following it.</summary>
    private T Closing<T>(Position position, Func<Position, T> change)
    {
        var (cost, gain) = (position.Cost, position.RealizedPnl);
        var result = change(position);
        Cost += position.Cost - cost;
        RealizedPnl += position.RealizedPnl - gain;
        return result;
    }

    private Position Writable(string symbol)
    {
        if (!_positions.TryGetValue(symbol, out var position)) return _positions[symbol] = new Position(symbol, method, _owner);
        return position.Owner == _owner ? position : _positions[symbol] = position.CopyFor(_owner);
    }

    private static void Positive(decimal quantity) => ArgumentOutOfRangeException.ThrowIfNegativeOrZero(quantity);
}
