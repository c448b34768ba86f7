namespace AgentInvest.Finance.Performance;

/// <summary>The returns of one range, from the book's state at both its ends and the days between.</summary>
internal sealed class RangeReturns(
    DateOnly from,
    DateOnly to,
    TimelineState start,
    TimelineState end,
    List<DayFigures> days,
    bool tracksCash
)
{
    private readonly Dictionary<string, string> _unavailable = [];
    private readonly decimal _net = days[^1].Net - days[0].Net;

    public PerformanceResult Result()
    {
        var (opening, closing) = (days[0].Value, days[^1].Value);
        var gain = closing - opening - _net;
        var series = Series();
        var twr = series[^1].Twr;
        var parts = Parts();
        var (contributions, ofCash) = Contributions(twr);
        return new PerformanceResult(
            from,
            to,
            opening,
            closing,
            _net,
            gain,
            twr,
            Xirr(opening, closing),
            Roai(gain),
            Simple(gain, opening),
            Annualized(twr),
            series,
            _unavailable
        )
        {
            Flows = days.Skip(1).Where(d => d.In != 0 || d.Out != 0).Select(d => new ExternalFlow(d.Day, d.In, d.Out)).ToList(),
            Parts = parts,
            Contributions = contributions,
            CashContribution = ofCash,
        };
    }

    private List<PerformancePoint> Series()
    {
        var series = new List<PerformancePoint> { new(from, days[0].Value, 0, 0) };
        decimal? growth = 1;
        for (var i = 1; i < days.Count; i++)
        {
            var day = days[i];
            if (growth is { } g)
            {
                growth = day.Defined && (double)g * (double)day.Factor < 1e15 ? g * day.Factor : null;
                if (growth is null)
                    _unavailable["twr"] = $"On {day.Day:yyyy-MM-dd} the book was worth nothing or less, so a return on it is not defined.";
            }
            if (day.Shown || i == days.Count - 1) series.Add(new PerformancePoint(day.Day, day.Value, day.Net - days[0].Net, growth - 1));
        }
        return series;
    }

    private decimal? Xirr(decimal opening, decimal closing)
    {
        var flows = new List<Flow>(days.Count) { new(from, -(double)opening) };
        for (var i = 1; i < days.Count; i++)
            if (days[i].In != days[i].Out) flows.Add(new Flow(days[i].Day, (double)(days[i].Out - days[i].In)));
        flows.Add(new Flow(to, (double)closing));
        var (rate, reason) = Performance.Xirr.Explain(flows);
        if (rate is { } r && Math.Abs(r) < 1e15) return (decimal)r;
        _unavailable["xirr"] = reason ?? "The annual rate is past 10^15, which says nothing of so short a range.";
        return null;
    }

    /// <summary>
    /// As Ghostfolio's RoaiPortfolioCalculator has it: the gain, income in it, less fees and taxes, ÷ the sum over the holdings of their
    /// average investment. That is Σ (cost left, at average cost, × days to the next activity) ÷ Σ days held, where what was held at the
    /// start of the range counts at its value then.
    /// </summary>
    private decimal? Roai(decimal gain)
    {
        var invested = 0m;
        foreach (var (symbol, now) in end.Holdings)
        {
            var last = now.Copy();
            last.Settle(to);
            var before = start.Holdings.GetValueOrDefault(symbol)?.Copy() ?? new HoldingState(symbol);
            before.Settle(from);
            var (days, within) = (last.DaysHeld - before.DaysHeld, last.WithinDayCount - before.WithinDayCount);
            // What was never held over a night counts at what it cost on its day.
            var average =
                days > 0 ? (last.CostDays - before.CostDays) / days
                : within > 0 ? (last.WithinDay - before.WithinDay) / within
                : last.Quantity > 0 ? last.Cost
                : 0;
            if (days > 0 && before.Quantity > 0) average += before.Value - before.Cost;
            invested += average;
        }
        if (invested > 0) return gain / invested;
        _unavailable["roai"] = "Nothing was held in this range.";
        return null;
    }

    private decimal? Simple(decimal gain, decimal opening)
    {
        // What was there at the start is invested in this range as well.
        if (_net + opening > 0) return gain / (_net + opening);
        _unavailable["simple"] = "No money is invested net of what was taken out.";
        return null;
    }

    private decimal? Annualized(decimal? twr)
    {
        var length = to.DayNumber - from.DayNumber;
        if (twr is null) return null;
        if (length >= 365 && Math.Pow(1 + (double)twr.Value, 365.0 / length) - 1 is var annual && Math.Abs(annual) < 1e15)
            return (decimal)annual;
        _unavailable["annualized"] = "A range of less than a year is not annualised.";
        return null;
    }

    private GainParts Parts()
    {
        var (price, fx) = (
            end.Holdings.Values.Sum(h => h.PriceGain) - start.Holdings.Values.Sum(h => h.PriceGain),
            end.Holdings.Values.Sum(h => h.FxGain) - start.Holdings.Values.Sum(h => h.FxGain)
        );
        var (a, b) = (start.Book, end.Book);
        var cashFx = tracksCash ? end.CashFx - start.CashFx : 0;
        return new GainParts(
            price,
            fx,
            b.Dividends - a.Dividends,
            b.Interest - a.Interest,
            b.Fees - a.Fees,
            b.Taxes - a.Taxes,
            cashFx,
            end.MarketNet - start.MarketNet - _net
        );
    }

    private (List<HoldingContribution>, double? OfCash) Contributions(decimal? twr)
    {
        var known = twr is not null && start.Epoch == end.Epoch;
        if (!known)
            _unavailable["contribution"] =
                "There is no time-weighted return, or all was lost in between, so there is nothing to contribute to.";
        var contributions = new List<HoldingContribution>();
        foreach (var (symbol, now) in end.Holdings)
        {
            var before = start.Holdings.GetValueOrDefault(symbol) ?? new HoldingState(symbol);
            var (price, fx, income, costs) = (
                now.PriceGain - before.PriceGain,
                now.FxGain - before.FxGain,
                now.Income - before.Income,
                now.Costs - before.Costs
            );
            if (price == 0 && fx == 0 && income == 0 && costs == 0 && now.Quantity == 0) continue;
            contributions.Add(
                new HoldingContribution(
                    symbol,
                    price + fx + income - costs,
                    price,
                    fx,
                    income,
                    costs,
                    known ? (now.Contribution - before.Contribution) / start.Growth : null
                )
            );
        }
        contributions.Sort((x, y) => x.Gain != y.Gain ? y.Gain.CompareTo(x.Gain) : string.CompareOrdinal(x.Symbol, y.Symbol));
        return (contributions, known ? (double)twr!.Value - contributions.Sum(c => c.Contribution!.Value) : null);
    }
}
