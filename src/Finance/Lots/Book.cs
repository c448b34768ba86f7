namespace AgentInvest.Finance.Lots;

/// <summary>What an entry did to the lots.</summary>
public sealed record Booked(Lot? Opened, IReadOnlyList<ClosedLot> Closed)
{
    public static readonly Booked Nothing = new(null, []);

    /// <summary>Null where nothing was sold.</summary>
    public decimal? RealizedPnl => Closed.Count == 0 ? null : Closed.Sum(c => c.Gain);
}

/// <summary>
/// The state of one portfolio's books after its entries so far, applied in <see cref="LedgerEntry.Order"/>. Money in base currency; cost and gains before
/// fees.
/// </summary>
public sealed class Book(CostBasisMethod method)
{
    private readonly Dictionary<string, Position> _positions = new(StringComparer.Ordinal);
    private decimal _moved;

    public IReadOnlyDictionary<string, Position> Positions => _positions;

    /// <summary>Whether a deposit or withdrawal was booked: only then is there an account whose cash moves.</summary>
    public bool TracksCash { get; private set; }

    /// <summary>0 where cash is not tracked; may be negative.</summary>
    public decimal Cash => TracksCash ? _moved : 0;

    /// <summary>Tracked: deposits less withdrawals. Untracked: what purchases put in less what sales and income took out.</summary>
    public decimal NetInvested => TracksCash ? Deposited : -_moved;

    public decimal Deposited { get; private set; }
    public decimal RealizedPnl { get; private set; }
    public decimal Dividends { get; private set; }
    public decimal Interest { get; private set; }
    public decimal Fees { get; private set; }
    public decimal Taxes { get; private set; }

    /// <summary>Of all open lots.</summary>
    public decimal Cost { get; private set; }

    public static Book Replay(IEnumerable<LedgerEntry> ordered, CostBasisMethod method)
    {
        var book = new Book(method);
        foreach (var entry in ordered) book.Apply(entry);
        return book;
    }

    /// <exception cref="InsufficientQuantityException">More is sold than is held; nothing has changed.</exception>
    public Booked Apply(LedgerEntry entry)
    {
        var booked = Booked.Nothing;
        switch (entry.Kind)
        {
            case EntryKind.Buy:
                var lot = Of(entry.Symbol!).Buy(entry);
                Cost += lot.Cost;
                booked = new Booked(lot, []);
                break;
            case EntryKind.Sell:
                if (!_positions.TryGetValue(entry.Symbol!, out var held)) throw new InsufficientQuantityException(entry.Symbol!, 0, entry.Quantity, entry.ExecutedAt);
                var closed = held.Sell(entry, method);
                RealizedPnl += closed.Sum(c => c.Gain);
                Cost -= closed.Sum(c => c.Cost);
                booked = new Booked(null, closed);
                break;
            case EntryKind.Split:
                if (!_positions.TryGetValue(entry.Symbol!, out var split)) break;
                var lost = split.Split(entry.Ratio);
                Cost -= lost;
                RealizedPnl -= lost;
                break;
            case EntryKind.Dividend:
                Dividends += entry.Amount * entry.FxRate;
                break;
            case EntryKind.Interest:
                Interest += entry.Amount * entry.FxRate;
                break;
            case EntryKind.Fee:
                Fees += entry.Amount * entry.FxRate;
                break;
            case EntryKind.Tax:
                Taxes += entry.Amount * entry.FxRate;
                break;
            case EntryKind.Deposit or EntryKind.Withdrawal:
                TracksCash = true;
                Deposited += entry.Kind == EntryKind.Deposit ? entry.Amount * entry.FxRate : -entry.Amount * entry.FxRate;
                break;
        }
        Fees += entry.Fee * entry.FxRate;
        Taxes += entry.Tax * entry.FxRate;
        _moved += entry.CashFlow;
        return booked;
    }

    /// <summary>The quantity held, 0 for a symbol never booked.</summary>
    public decimal QuantityOf(string symbol) => _positions.TryGetValue(symbol, out var position) ? position.Quantity : 0;

    private Position Of(string symbol)
    {
        if (!_positions.TryGetValue(symbol, out var position)) _positions[symbol] = position = new Position(symbol);
        return position;
    }
}
