using AgentInvest.Finance.Lots;

namespace AgentInvest.Finance.Performance;

/// <summary>What accumulates over the days of one range.</summary>
internal sealed class PerformanceRun(DateOnly from, decimal start, bool tracksCash)
{
    private readonly List<PerformancePoint> _series = [new(from, start, 0, 0)];
    private readonly List<Flow> _flows = [];
    private readonly Dictionary<string, string> _unavailable = [];
    private DateOnly _day = from;
    private decimal _value = start;
    private decimal _in;
    private decimal _out;
    private decimal _net;
    private decimal? _growth = 1;
    private decimal _costDays;
    private int _daysHeld;
    private bool _flowed;

    /// <param name="cost">Of the open lots at the close of the day before: invested for this day.</param>
    public void BeginDay(DateOnly day, decimal cost)
    {
        (_day, _in, _out, _flowed) = (day, 0, 0, false);
        if (cost <= 0) return;
        _costDays += cost;
        _daysHeld++;
    }

    /// <summary>Tracked: deposits come in, withdrawals go out. Untracked: purchases bring the money with them, sales and income take it away.</summary>
    public void Add(LedgerEntry entry)
    {
        _flowed = true;
        var external = tracksCash ? entry.Kind is EntryKind.Deposit or EntryKind.Withdrawal ? Gross(entry) : 0 : -entry.CashFlow;
        if (external > 0) _in += external;
        else _out -= external;
    }

    public void EndDay(decimal value, bool show)
    {
        var basis = _value + _in;
        var result = value + _out;
        if (basis > 0) _growth *= result / basis;
        else if (basis < 0 || result != 0)
        {
            _growth = null;
            _unavailable.TryAdd("twr", $"On {_day:yyyy-MM-dd} the book was worth nothing or less, so a return on it is not defined.");
        }
        if (_in != _out) _flows.Add(new Flow(_day, (double)(_out - _in)));
        _net += _in - _out;
        _value = value;
        if (show || _flowed) _series.Add(new PerformancePoint(_day, value, _net, _growth - 1));
    }

    public PerformanceResult Result(DateOnly to)
    {
        var gain = _value - start - _net;
        var twr = _growth - 1;
        return new PerformanceResult(from, to, start, _value, _net, gain, twr, Xirr(to), Roai(gain), Simple(gain), Annualized(twr, to), _series, _unavailable);
    }

    private static decimal Gross(LedgerEntry entry) => (entry.Kind == EntryKind.Deposit ? entry.Amount : -entry.Amount) * entry.FxRate;

    private decimal? Xirr(DateOnly to)
    {
        var rate = Performance.Xirr.Solve([new Flow(from, -(double)start), .. _flows, new Flow(to, (double)_value)]);
        if (rate is { } r && Math.Abs(r) < 1e15) return (decimal)r;
        _unavailable["xirr"] = "The flows of this range have no internal rate of return: it takes money put in and money got back, on different days.";
        return null;
    }

    private decimal? Roai(decimal gain)
    {
        if (_daysHeld > 0) return gain / (_costDays / _daysHeld);
        _unavailable["roai"] = "Nothing was held over a night of this range.";
        return null;
    }

    private decimal? Simple(decimal gain)
    {
        // What was there at the start is invested in this range as well.
        if (_net + start > 0) return gain / (_net + start);
        _unavailable["simple"] = "No money is invested net of what was taken out.";
        return null;
    }

    private decimal? Annualized(decimal? twr, DateOnly to)
    {
        var days = to.DayNumber - from.DayNumber;
        if (twr is null) return null;
        if (days >= 365) return (decimal)(Math.Pow(1 + (double)twr.Value, 365.0 / days) - 1);
        _unavailable["annualized"] = "A range of less than a year is not annualised.";
        return null;
    }
}
