namespace AgentInvest.Finance.Performance;

/// <summary>
/// What accumulates over the days for one symbol. Gains are of the market's prices, before fees; all money in base currency. A holding's
/// gain on a day is what it is worth in the end, less what it was worth before, less what was put into it (a purchase) or plus what was
/// taken out.
/// </summary>
internal sealed class HoldingState(string symbol)
{
    private string? _currency;
    private decimal _price;
    private decimal _rate = 1;
    private decimal _valueLocal;
    private decimal _flow;
    private decimal _flowLocal;
    private decimal _foreignFlow;
    private decimal _dayIncome;
    private decimal _dayCosts;
    private int _settled;

    public string Symbol => symbol;

    /// <summary>Null where the market knows no price; found by who steps through the days.</summary>
    public PriceHistory? History { get; set; }

    /// <summary>Index of the last price passed; −1 before the first.</summary>
    public int At { get; set; } = -1;

    public bool Active { get; set; }
    public bool Touched { get; private set; }
    public decimal Quantity { get; private set; }
    public decimal Value { get; private set; }
    public decimal PriceGain { get; private set; }
    public decimal FxGain { get; private set; }
    public decimal Income { get; private set; }
    public decimal Costs { get; private set; }

    /// <summary>Σ over the days of the growth before the day × the holding's gain ÷ the basis of the day's return.</summary>
    public double Contribution { get; set; }

    /// <summary>At average cost, as the return on average investment reads it.</summary>
    public decimal Cost { get; private set; }

    /// <summary>
    /// Σ cost × days it was held over, and these days; purchases and sales within one day stand beside, for what was never held over a
    /// night.
    /// </summary>
    public decimal CostDays { get; private set; }

    public int DaysHeld { get; private set; }
    public decimal WithinDay { get; private set; }
    public int WithinDayCount { get; private set; }

    public HoldingState Copy() => (HoldingState)MemberwiseClone();

    /// <summary>Brings cost × days up to the close of the day before what happens on this one.</summary>
    public void Settle(DateOnly day)
    {
        var days = day.DayNumber - _settled;
        _settled = day.DayNumber;
        if (Quantity <= 0) return;
        CostDays += Cost * days;
        DaysHeld += days;
    }

    public void Touch(DateOnly day)
    {
        Settle(day);
        Touched = true;
        if (Cost <= 0) return;
        WithinDay += Cost;
        WithinDayCount++;
    }

    /// <param name="amount">Put in, positive, or taken out.</param>
    /// <param name="local">The same in <paramref name="currency"/>.</param>
    public void Flow(decimal amount, decimal local, string? currency)
    {
        _flow += amount;
        if (currency is null || currency != (History?.Currency ?? _currency ?? currency)) return;
        _flowLocal += local;
        _foreignFlow += amount;
    }

    public void Earn(decimal income) => _dayIncome += income;
    public void Pay(decimal costs) => _dayCosts += costs;
    public void Holds(decimal quantity, decimal averageCost) => (Quantity, Cost) = (quantity, averageCost);

    /// <summary>What it has been worth and put into so far today: what it would fetch without a gain.</summary>
    public decimal Carried => Value + _flow;

    /// <summary>
    /// The close of the day. A move of the rate on what was held, and since its own rate on what was traded, is the currency's effect; all
    /// else the price's.
    /// </summary>
    /// <returns>The holding's gain of the day, income and costs in it; null where nothing moved.</returns>
    public decimal? Close(decimal price, decimal rate, string? currency)
    {
        if (!Touched && price == _price && rate == _rate) return null;
        var local = Quantity * price;
        var value = rate == 1 ? local : local * rate;
        var gain = value - Value - _flow;
        if (currency is not null || _currency is not null)
        {
            var fx = (currency == _currency ? _valueLocal * (rate - _rate) : 0) + (currency is null ? 0 : _flowLocal * rate - _foreignFlow);
            FxGain += fx;
            PriceGain += gain - fx;
        }
        else PriceGain += gain;
        gain += _dayIncome - _dayCosts;
        (Value, _valueLocal, _price, _rate, _currency) = (value, local, price, rate, currency);
        if (!Touched) return gain;
        (Income, Costs) = (Income + _dayIncome, Costs + _dayCosts);
        (Touched, _flow, _flowLocal, _foreignFlow, _dayIncome, _dayCosts) = (false, 0, 0, 0, 0, 0);
        return gain;
    }
}
