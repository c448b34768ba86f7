using AgentInvest.Finance.Bars;

namespace AgentInvest.Market.Providers;

/// <summary>
/// One simulated instrument. Days are a random walk from 2015 on; within a day the price leads from the day's open to its close, inside its
/// high and low, as a function of the instant alone. So ticks, minute bars and the day's bar tell the same story, on every host and after
/// every restart.
/// </summary>
internal sealed class SimulatedSeries
{
    private static readonly DateOnly FirstDay = new(2015, 1, 2);
    private const double Year = 252;

    /// <summary>The share of the way back to the trend that a year would take, were nothing new to happen.</summary>
    private const double Pull = 0.7;

    private readonly Lock _lock = new();
    private readonly Listing _listing;
    private readonly ulong _key;
    private readonly ulong _market;
    private readonly List<Bar> _bars = [];
    private readonly List<CorporateAction> _actions = [];
    private double _marketAway;
    private double _ownAway;
    private (DateOnly Day, int Second, double High, double Low) _today;

    public SimulatedSeries(Listing listing, long seed)
    {
        _listing = listing;
        _key = Noise.Key(seed, listing.Instrument.Symbol);
        _market = Noise.Key(seed, "the market");
    }

    public Listing Listing => _listing;

    public bool Trades(DateOnly day) =>
        _listing.IsCrypto
        || (_listing.IsFx ? day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) : ExchangeCalendar.IsTradingDay(day));

    /// <summary>Bars of days that are over.</summary>
    public IReadOnlyList<Bar> Finished(DateOnly from, DateOnly to, DateOnly today)
    {
        lock (_lock)
        {
            Extend(today);
            return _bars.Where(b => b.Day >= from && b.Day <= to && b.Day < today).ToList();
        }
    }

    public IReadOnlyList<CorporateAction> Actions(DateOnly today)
    {
        lock (_lock)
        {
            Extend(today);
            return _actions.Where(a => a.EffectiveOn <= today).ToList();
        }
    }

    /// <summary>
    /// The day's whole bar, of which only what has passed may be shown, and the close before it. On a day without trading both are the last
    /// close.
    /// </summary>
    public (Bar Bar, decimal PreviousClose) Day(DateOnly day)
    {
        lock (_lock)
        {
            Extend(day);
            var i = _bars.FindLastIndex(b => b.Day <= day);
            var last = _bars[i];
            if (last.Day == day) return (last, i > 0 ? _bars[i - 1].C : last.O);
            return (new Bar(Start(day), last.C, last.C * 1.002m, last.C * 0.998m, last.C, 0), last.C);
        }
    }

    /// <summary>The price at an instant: within the day's bar, from its open to its close.</summary>
    public decimal PriceAt(in Bar day, DateTimeOffset at) => Within(day, Path(day, (at - day.T) / TimeSpan.FromDays(1)));

    private decimal Within(in Bar day, double price) => Math.Clamp(Round(price), day.L, day.H);

    private double Path(in Bar day, double f)
    {
        var minutes = f * 1440;
        var (open, close) = ((double)day.O, (double)day.C);
        // Slow swings, then faster and smaller ones; all die out towards open and close.
        var swing =
            0.55 * Noise.Curve(_key ^ 1, DayNumber(day) + minutes / 240)
            + 0.25 * Noise.Curve(_key ^ 2, DayNumber(day) + minutes / 45)
            + 0.12 * Noise.Curve(_key ^ 3, DayNumber(day) + minutes / 6)
            + 0.08 * Noise.Curve(_key ^ 4, DayNumber(day) + minutes * 60);
        var room = swing > 0 ? (double)day.H - Math.Max(open, close) : Math.Min(open, close) - (double)day.L;
        var envelope = Math.Min(1, Math.Min(f, 1 - f) * 12);
        return open + (close - open) * f + 1.6 * swing * room * envelope;
    }

    /// <summary>
    /// The highest and lowest of the day up to the instant, of every whole second: so minute bars stay within, and neither ever goes back.
    /// </summary>
    public (decimal High, decimal Low) Extremes(in Bar day, DateTimeOffset at)
    {
        lock (_lock)
        {
            var last = (int)(at - day.T).TotalSeconds;
            if (_today.Day != day.Day || _today.Second > last + 1) _today = (day.Day, 0, (double)day.O, (double)day.O);
            var (date, second, high, low) = _today;
            // How far the path can get within a minute: the swings' steepest slopes (3 per unit, and the fastest one whole), the
            // envelope's, and the drift.
            var room = Math.Max(
                (double)day.H - Math.Max((double)day.O, (double)day.C),
                Math.Min((double)day.O, (double)day.C) - (double)day.L
            );
            var reach =
                room * 1.6 * (0.55 * 3 / 240 + 0.25 * 3 / 45 + 0.12 * 3 / 6 + 0.16 + 12.0 / 1440)
                + Math.Abs((double)(day.C - day.O)) / 1440;
            while (second <= last)
            {
                var price = Path(day, second / 86400.0);
                (high, low) = (Math.Max(high, price), Math.Min(low, price));
                second += second + 60 <= last && price + reach <= high && price - reach >= low ? 60 : 1;
            }
            _today = (date, second, high, low);
            return (Within(day, high), Within(day, low));
        }
    }

    private static double DayNumber(in Bar day) => day.Day.DayNumber * 97.0;

    private static DateTimeOffset Start(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

    private void Extend(DateOnly to)
    {
        var day = _bars.Count == 0 ? FirstDay : _bars[^1].Day.AddDays(1);
        for (; day <= to; day = day.AddDays(1))
            if (Trades(day)) _bars.Add(Next(day));
    }

    private Bar Next(DateOnly day)
    {
        var n = day.DayNumber;
        var before = _bars.Count == 0 ? (double)_listing.Price : (double)_bars[^1].C * Act(day);
        var sigma = Math.Sqrt(Math.Pow(_listing.Volatility, 2) + Math.Pow(_listing.Beta * 0.16, 2)) / Math.Sqrt(Year);
        // A market with calm and stormy seasons, and now and then a bad day.
        var season = 0.75 + 0.5 * (Noise.Curve(_market ^ 9, n / 60.0) + 1) * Noise.Uniform(_market ^ 8, n / 250);
        // Both wander off the trend and are drawn back to it, so that after years a price is still a plausible one.
        var market = Noise.Normal(_market, n) * 0.16 / Math.Sqrt(Year) * season - Pull * _marketAway / Year;
        var own = Noise.Normal(_key, n) * _listing.Volatility / Math.Sqrt(Year) * season - Pull * _ownAway / Year;
        _marketAway += market;
        _ownAway += own;
        var close = before * Math.Exp(_listing.Drift / Year + _listing.Beta * market + own);
        var open = before * Math.Exp(Noise.Normal(_key ^ 5, n) * sigma * 0.3);
        var high = Math.Max(open, close) * Math.Exp(Math.Abs(Noise.Normal(_key ^ 6, n)) * sigma * 0.5 + sigma * 0.05);
        var low = Math.Min(open, close) * Math.Exp(-Math.Abs(Noise.Normal(_key ^ 7, n)) * sigma * 0.5 - sigma * 0.05);
        var volume =
            _listing.IsFx || _listing.Instrument.Type == "index"
                ? 0
                : Math.Round(2e8 / Math.Sqrt(before) * Math.Exp(Noise.Normal(_key ^ 10, n) * 0.3) * season / 10);
        var (o, h, l, c) = (Round(open), Round(high), Round(low), Round(close));
        return new Bar(Start(day), o, Math.Max(h, Math.Max(o, c)), Math.Min(l, Math.Min(o, c)), c, (decimal)volume);
    }

    /// <summary>Splits and dividends that take effect on the day; answers what they do to the price.</summary>
    private double Act(DateOnly day)
    {
        var factor = 1.0;
        var last = _bars[^1];
        var symbol = _listing.Instrument.Symbol;
        foreach (var (lastDateBefore, ratio) in Universe.Splits.GetValueOrDefault(symbol) ?? [])
            if (lastDateBefore >= last.Day && lastDateBefore < day)
            {
                _actions.Add(
                    new CorporateAction(
                        symbol,
                        last.Day,
                        day,
                        CorporateActionKind.Split,
                        ratio,
                        _listing.Instrument.Currency,
                        SimulatedMarket.SourceName
                    )
                );
                factor /= (double)ratio;
            }
        // A quarter's dividend goes ex on a day of its second month that differs by symbol.
        var exDay = new DateOnly(day.Year, day.Month, 5 + (int)(Noise.Uniform(_key ^ 11, 0) * 18));
        if (_listing.Yield > 0 && day.Month % 3 == 2 && last.Day < exDay && day >= exDay)
        {
            var amount = decimal.Round(last.C * (decimal)(_listing.Yield / 4), 2);
            if (amount > 0)
            {
                _actions.Add(
                    new CorporateAction(
                        symbol,
                        last.Day,
                        day,
                        CorporateActionKind.Dividend,
                        amount,
                        _listing.Instrument.Currency,
                        SimulatedMarket.SourceName
                    )
                );
                factor *= 1 - (double)(amount / last.C);
            }
        }
        return factor;
    }

    private decimal Round(double price) => Math.Max(decimal.Round((decimal)price, _listing.Decimals), _listing.IsFx ? 0.00001m : 0.01m);
}
