using AgentInvest.Finance.Lots;

namespace AgentInvest.Finance.Performance;

/// <summary>
/// One day of a book: its value at the close, cash in it, what came in and went out, and the factor of its time-weighted return.
/// </summary>
/// <param name="Net">Net invested since the beginning.</param>
/// <param name="Defined">Whether there is a return: not where a book worth nothing or less changes its value.</param>
/// <param name="Shown">Whether a price was of that very day or anything was booked.</param>
internal readonly record struct DayFigures(
    DateOnly Day,
    decimal Value,
    decimal In,
    decimal Out,
    decimal Net,
    decimal Factor,
    bool Defined,
    bool Shown
);

/// <summary>
/// A book and all that accumulates over its days, as of the close of one. Stepped forward day by day; a copy goes its own way.
/// </summary>
internal sealed class TimelineState
{
    private readonly MarketHistory _market;
    private readonly bool _tracksCash;
    private readonly Dictionary<string, HoldingState> _holdings = new(StringComparer.Ordinal);
    private readonly List<HoldingState> _active = [];
    private readonly Dictionary<string, decimal> _bookedRates = new(StringComparer.Ordinal);
    private readonly Dictionary<string, decimal> _ratesOfDay = new(StringComparer.Ordinal);
    private decimal _in;
    private decimal _out;

    public TimelineState(CostBasisMethod method, string? baseCurrency, MarketHistory market, bool tracksCash, DateOnly day) =>
        (Book, _market, _tracksCash, Day) = (new Book(method, baseCurrency), market, tracksCash, day);

    private TimelineState(TimelineState other, MarketHistory market)
    {
        (Book, _market, _tracksCash, Day, Next) = (other.Book.Copy(), market, other._tracksCash, other.Day, other.Next);
        (Value, Growth, Epoch, MarketNet) = (other.Value, other.Growth, other.Epoch, other.MarketNet);
        foreach (var holding in other._holdings.Values)
        {
            var copy = holding.Copy();
            if (market != other._market) Find(copy);
            _holdings.Add(copy.Symbol, copy);
        }
        // In the same order: sums come out the same to the last digit.
        foreach (var holding in other._active) _active.Add(_holdings[holding.Symbol]);
        foreach (var (currency, rate) in other._bookedRates) _bookedRates.Add(currency, rate);
    }

    public Book Book { get; }
    public DateOnly Day { get; private set; }

    /// <summary>The index of the first entry that is not applied yet.</summary>
    public int Next { get; private set; }

    /// <summary>With cash.</summary>
    public decimal Value { get; private set; }

    /// <summary>Of one unit since the beginning, or since the last day without a return; a new epoch begins there.</summary>
    public double Growth { get; private set; } = 1;

    public int Epoch { get; private set; }

    /// <summary>Net invested with transfers at what they were worth.</summary>
    public decimal MarketNet { get; private set; }

    public decimal Net => Book.NetInvestedAs(_tracksCash);
    public IReadOnlyDictionary<string, HoldingState> Holdings => _holdings;

    /// <summary>What currencies have done to cash.</summary>
    public decimal CashFx { get; private set; }

    public TimelineState Copy(MarketHistory market) => new(this, market) { CashFx = CashFx };

    /// <summary>Applies the entries of the next day and values the book at its close.</summary>
    public DayFigures Step(IReadOnlyList<LedgerEntry> entries)
    {
        Day = Day.AddDays(1);
        (_in, _out) = (0, 0);
        _ratesOfDay.Clear();
        var first = Next;
        for (; Next < entries.Count && entries[Next].Day <= Day; Next++) Apply(entries[Next]);
        var before = Value;
        var basis = before + _in;
        var (value, priced) = Close(basis > 0 ? Growth / (double)basis : 0);
        Value = value + Cash();
        MarketNet += _in - _out;
        var (factor, defined) = Factor(basis, Value + _out);
        if (!defined || factor == 0) (Growth, Epoch) = (1, Epoch + 1);
        else Growth *= (double)factor;
        return new DayFigures(Day, Value, _in, _out, Net, factor, defined, priced || Next > first);
    }

    /// <summary>(V + out) ÷ (V₋₁ + in); beyond 10^9 a day it is no return that anything can be said of.</summary>
    private static (decimal Factor, bool Defined) Factor(decimal basis, decimal result)
    {
        if (basis > 0 && (double)result / (double)basis < 1e9) return (result / basis, true);
        return basis == 0 && result == 0 ? (1, true) : (0, false);
    }

    private (decimal Value, bool Priced) Close(double weight)
    {
        var (value, priced) = (0m, false);
        var kept = 0;
        for (var i = 0; i < _active.Count; i++)
        {
            var holding = _active[i];
            var (price, rate, currency, today) = Quote(holding);
            priced |= today && holding.Quantity != 0;
            if (holding.Close(price, rate, currency) is { } gain) holding.Contribution += (double)gain * weight;
            value += holding.Value;
            if (holding.Quantity != 0) _active[kept++] = holding;
            else holding.Active = false;
        }
        _active.RemoveRange(kept, _active.Count - kept);
        return (value, priced);
    }

    private decimal Cash()
    {
        if (!_tracksCash) return 0;
        if (Book.BaseCurrency is null) return Book.Moved;
        var cash = 0m;
        foreach (var (currency, amount) in Book.Balances) cash += amount == 0 ? 0 : amount * RateOf(currency);
        CashFx = cash - Book.Moved;
        return cash;
    }

    private void Apply(LedgerEntry entry)
    {
        _bookedRates[entry.Currency] = entry.FxRate;
        var holding = entry.Symbol is null ? null : Touched(entry.Symbol);
        var target = entry.TargetSymbol is null || holding is null ? null : Touched(entry.TargetSymbol);
        var booked = Book.Apply(entry);
        var moved = Moved(entry, booked, holding, target);
        holding?.Pay(entry.InBase(entry.Fee) + entry.InBase(entry.Tax));
        foreach (var touched in new[] { holding, target })
            if (touched is not null && Book.Positions.TryGetValue(touched.Symbol, out var position))
                touched.Holds(position.Quantity, position.AverageCost);
        var external =
            moved
            + (
                _tracksCash
                    ? entry.Kind switch
                    {
                        EntryKind.Deposit => entry.InBase(entry.Amount),
                        EntryKind.Withdrawal => -entry.InBase(entry.Amount),
                        _ => 0,
                    }
                    : -entry.CashFlow
            );
        if (external > 0) _in += external;
        else _out -= external;
    }

    /// <summary>Books what the entry puts into its holdings and takes out of them.</summary>
    /// <returns>What shares were worth that came in, positive, or went out.</returns>
    private decimal Moved(LedgerEntry entry, Booked booked, HoldingState? holding, HoldingState? target)
    {
        if (holding is null) return 0;
        switch (entry.Kind)
        {
            case EntryKind.Buy:
                holding.Flow(entry.InBase(entry.Quantity * entry.Price), entry.Quantity * entry.Price, entry.Currency);
                break;
            case EntryKind.Sell:
                holding.Flow(-entry.InBase(entry.Quantity * entry.Price), -entry.Quantity * entry.Price, entry.Currency);
                break;
            case EntryKind.Dividend or EntryKind.Interest: holding.Earn(entry.InBase(entry.Amount)); break;
            case EntryKind.Fee or EntryKind.Tax: holding.Pay(entry.InBase(entry.Amount)); break;
            case EntryKind.Split or EntryKind.ReturnOfCapital:
                holding.Flow(-entry.InBase(entry.Amount), -entry.Amount, entry.Currency);
                break;
            case EntryKind.Spinoff:
                // The parent gives what its child is worth at the close.
                var (price, rate, _, _) = Quote(target!);
                var worth = booked.Opened.Sum(l => l.Remaining) * price * rate;
                holding.Flow(-worth, 0, null);
                target!.Flow(worth, 0, null);
                target.Flow(-entry.InBase(entry.Amount), -entry.Amount, entry.Currency);
                break;
            case EntryKind.Merger:
                var (carried, cash) = (holding.Carried, entry.InBase(entry.Amount));
                if (target is null) carried = cash;
                holding.Flow(-carried, 0, null);
                target?.Flow(carried - cash, 0, null);
                break;
            case EntryKind.TransferIn or EntryKind.TransferOut:
                var value = Worth(entry, booked, holding);
                holding.Flow(value, value / entry.FxRate, entry.Currency);
                return value;
        }
        return 0;
    }

    /// <summary>
    /// A transfer's value that day: given; else, for shares that come at what they cost long ago and for shares that go, by the market;
    /// else at cost.
    /// </summary>
    private decimal Worth(LedgerEntry entry, Booked booked, HoldingState holding)
    {
        var sign = entry.Kind == EntryKind.TransferIn ? 1 : -1;
        if (entry.Amount > 0) return sign * entry.InBase(entry.Amount);
        if (sign > 0 && (entry.AcquiredAt is null || Advance(holding) is null)) return booked.Opened[0].Cost;
        var (price, rate, _, _) = Quote(holding);
        return sign * entry.Quantity * price * rate;
    }

    private HoldingState Touched(string symbol)
    {
        if (!_holdings.TryGetValue(symbol, out var holding))
        {
            _holdings[symbol] = holding = new HoldingState(symbol);
            Find(holding);
        }
        holding.Touch(Day);
        if (!holding.Active) _active.Add(holding);
        holding.Active = true;
        return holding;
    }

    private void Find(HoldingState holding)
    {
        holding.History = _market.Prices.GetValueOrDefault(holding.Symbol);
        holding.At = holding.History?.At(Day) ?? -1;
    }

    private PriceHistory? Advance(HoldingState holding)
    {
        if (holding.History is not { } history) return null;
        while (holding.At + 1 < history.Days.Length && history.Days[holding.At + 1] <= Day) holding.At++;
        return holding.At < 0 ? null : history;
    }

    /// <summary>
    /// The day's price in its currency, the day's rate, and whether the price is of this very day; without one the last that the book
    /// itself traded at.
    /// </summary>
    private (decimal Price, decimal Rate, string? Currency, bool Today) Quote(HoldingState holding)
    {
        if (Advance(holding) is { } history)
        {
            var currency = history.Currency == Book.BaseCurrency ? null : history.Currency;
            return (history.Prices[holding.At], currency is null ? 1 : RateOf(currency), currency, history.Days[holding.At] == Day);
        }
        if (!Book.Positions.TryGetValue(holding.Symbol, out var position)) return (0, 1, null, false);
        if (Book.BaseCurrency is null || position.Currency == Book.BaseCurrency) return (position.LastPrice, 1, null, false);
        return (position.LastPriceLocal, RateOf(position.Currency), position.Currency, false);
    }

    /// <summary>Base currency per unit: the market's last rate, else the last that was booked.</summary>
    private decimal RateOf(string currency)
    {
        if (currency == Book.BaseCurrency) return 1;
        if (_ratesOfDay.TryGetValue(currency, out var rate)) return rate;
        return _ratesOfDay[currency] =
            (_market.Rates.TryGetValue(currency, out var rates) ? rates.On(Day) : null) ?? _bookedRates.GetValueOrDefault(currency, 1);
    }
}
