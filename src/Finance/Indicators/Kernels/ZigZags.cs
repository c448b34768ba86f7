namespace AgentInvest.Finance.Indicators.Kernels;

/// <summary>
/// Straight lines between turns of at least a given change. What it shows for the newest bars is provisional: the lines end at the newest
/// bar, and every bar draws the last ones anew. It keeps the bars since the last turn, as a turn is known only after the change and the
/// scan then begins right after it.
/// </summary>
public struct ZigZag(double percent, bool atHighLow) : IKernel
{
    internal enum Turn { None, Low, High }

    internal readonly record struct Point(int Index, double Value, Turn Turn);

    private readonly double _threshold = percent / 100;
    private readonly List<(double High, double Low)> _bars = [];
    private int _first, _count, _lastHigh, _lastLow;
    private (double High, double Low) _begin;
    private Point _last, _extreme;
    private Turn _start;

    /// <summary>Where the turns are noted, if anywhere.</summary>
    internal List<Point>? Turns { get; init; }

    public void Next(in Ohlcv bar, Span<double> row) => Next(atHighLow ? (bar.High, bar.Low) : (bar.Close, bar.Close), bar.Close, row);

    internal void Next((double High, double Low) bar, double close, Span<double> row)
    {
        row.Fill(double.NaN);
        (row[4], row[5], row[6]) = (bar.High, bar.Low, close);
        if (_count++ == 0)
        {
            (_begin, _first) = (bar, 1);
            // Until the first change decides it, the start counts as a high, at the close.
            Restart(new Point(0, close, Turn.None));
            Decide(bar);
            return;
        }
        _bars.Add(bar);
        if (_start == Turn.None) Decide(bar);
        Step(_count - 1);
        var up = _last.Turn == Turn.Low;
        row[0] = up ? bar.High : bar.Low;
        if (up && _lastHigh > 0) row[2] = row[0];
        if (_last.Turn == Turn.High && _lastLow > 0) row[3] = row[0];
    }

    private void Decide((double High, double Low) bar)
    {
        var (up, down) = (Change(bar.High, _begin.Low), -Change(bar.Low, _begin.High));
        var turn = up >= _threshold && up > down ? Turn.Low : down >= _threshold && down > up ? Turn.High : Turn.None;
        if (turn == Turn.None) return;
        _start = turn;
        Turns?.Clear();
        (_lastHigh, _lastLow) = (0, 0);
        Restart(new Point(0, turn == Turn.Low ? _begin.Low : _begin.High, turn));
        for (var i = 1; i < _count - 1; i++) Step(i);
    }

    private void Restart(Point last)
    {
        _last = last;
        _extreme = last with { Turn = last.Turn == Turn.Low ? Turn.High : Turn.Low };
    }

    /// <summary>Takes one bar into the search for the next turn; a turn found begins the search anew right after it.</summary>
    private void Step(int to)
    {
        for (var i = to; i <= to; i++)
        {
            var (high, low) = _bars[i - _first];
            var up = _last.Turn == Turn.Low;
            if (up ? high >= _extreme.Value : low <= _extreme.Value) _extreme = _extreme with { Index = i, Value = up ? high : low };
            else if ((up ? -Change(low, _extreme.Value) : Change(high, _extreme.Value)) >= _threshold)
            {
                Turns?.Add(_extreme);
                if (_last.Turn == Turn.Low) _lastHigh = _extreme.Index;
                if (_last.Turn == Turn.High) _lastLow = _extreme.Index;
                i = _extreme.Index;
                Restart(_extreme);
                Forget(i + 1);
            }
        }
    }

    /// <summary>The bars before the last turn are not looked at again, once the direction of the start is known.</summary>
    private void Forget(int first)
    {
        if (_start == Turn.None || first - _first < 64) return;
        _bars.RemoveRange(0, first - _first);
        _first = first;
    }

    /// <summary>A change from a price of zero counts as infinite; else the line would never leave zero.</summary>
    private static double Change(double to, double from) =>
        from > 0 ? (to - from) / from
        : to > from ? double.PositiveInfinity
        : to < from ? double.NegativeInfinity
        : 0;

    internal static void Redraw(IndicatorSeries series, Arguments args)
    {
        if (series.Count < 2) return;
        var turns = new List<Point>();
        var scan = new ZigZag(args[1], args.Whole(0) == 1) { Turns = turns };
        Span<double> row = stackalloc double[7];
        for (var i = 0; i < series.Count; i++) scan.Next((series[i, 4], series[i, 5]), series[i, 6], row);
        var end = series.Count - 1;
        if (scan._last.Index < end) turns.Add(new Point(end, row[0], Turn.None));
        for (var i = 0; i < series.Count; i++) series[i, 0] = series[i, 1] = series[i, 2] = series[i, 3] = double.NaN;

        var from = new Point(0, 0, scan._start);
        var (high, low) = (new Point(0, scan._begin.High, Turn.High), new Point(0, scan._begin.Low, Turn.Low));
        foreach (var to in turns)
        {
            if (from.Index == 0) series[to.Index, 0] = to.Index == 0 ? double.NaN : to.Value;
            else Line(series, 0, from, to);
            if (to.Turn != Turn.None && to.Index > from.Index) series[to.Index, 1] = to.Turn == Turn.High ? 1 : 0;
            if (from.Turn == Turn.Low)
            {
                if (high.Index > 0) Line(series, 2, high, to);
                high = to;
            }
            if (from.Turn == Turn.High)
            {
                if (low.Index > 0) Line(series, 3, low, to);
                low = to;
            }
            from = to;
        }
    }

    private static void Line(IndicatorSeries series, int output, Point from, Point to)
    {
        if (from.Index == to.Index) return;
        var step = (to.Value - from.Value) / (to.Index - from.Index);
        for (var i = from.Index; i <= to.Index; i++) series[i, output] = i == to.Index ? to.Value : from.Value + step * (i - from.Index);
    }
}
