using System.Runtime.InteropServices;
using AgentInvest.Finance.Indicators.Kernels;

namespace AgentInvest.Finance.Indicators;

public static partial class Catalogue
{
    private static string[] PivotKinds => ["standard", "camarilla", "demark", "fibonacci", "woodie"];
    private static string[] Levels => ["pp", "s1", "s2", "s3", "s4", "r1", "r2", "r3", "r4"];

    private static IEnumerable<Indicator> Prices() =>
        [
            New(
                "barpart",
                "Part of the bar",
                "A price of the bar, or a mean of some",
                [Parts],
                PriceLines("value"),
                a => new BarPart((Part)a.Whole(0))
            ),
            New(
                "doji",
                "Doji",
                "Open and close nearly the same",
                [Factor("maxPriceChangePercent", 0.1, 0, 0.5)],
                [Price("price"), "match"],
                a => new Doji(a[0])
            ),
            New(
                "marubozu",
                "Marubozu",
                "Nearly all body",
                [Factor("minBodyPercent", 95, 80, 100)],
                [Price("price"), "match"],
                a => new Marubozu(a[0])
            ),
            New(
                "heikinashi",
                "Heikin-Ashi",
                "Munehisa Homma; bars averaged with those before",
                [],
                [.. PriceLines("open", "high", "low", "close"), "volume"],
                _ => new HeikinAshi()
            ),
            Bricks("renko", "Renko chart", Factor("brickSize", 1, 0.000001, 1_000_000), (a, _) => a[0]),
            Bricks("renko-atr", "Renko chart, the brick the last bar's ATR", Periods(14, "atrPeriods", 2), LastAtr),
            New(
                "fractal",
                "Williams fractal",
                "Bill Williams, Trading Chaos, 1995; known windowSpan bars later",
                [Periods(2, "windowSpan", 2, 100), Choice("endType", "highLow", "close")],
                [Turn("fractalBear", 0), Turn("fractalBull", 0)],
                a => new Fractal(a.Whole(0), a.Whole(1) == 1)
            ),
            New(
                "fcb",
                "Fractal chaos bands",
                "Edward Dreiss; the last fractals known",
                [Periods(2, "windowSpan", 2, 100)],
                PriceLines("upperBand", "lowerBand"),
                a => new Fcb(a.Whole(0))
            ),
            New(
                "pivots",
                "Pivots with trend lines",
                "Turning points known rightSpan bars later, joined within maxTrendPeriods; "
                    + "trends 0 higher high, 1 lower high, 2 higher low, 3 lower low",
                [
                    Periods(2, "leftSpan", 2, 100),
                    Periods(2, "rightSpan", 2, 100),
                    Periods(20, "maxTrendPeriods", 2),
                    Choice("endType", "highLow", "close"),
                ],
                [
                    Turn("highPoint", 1),
                    Turn("lowPoint", 1),
                    Turn("highLine", 1),
                    Turn("lowLine", 1),
                    Turn("highTrend", 1) with
                    {
                        OnPrice = false,
                    },
                    Turn("lowTrend", 1) with
                    {
                        OnPrice = false,
                    },
                ],
                a => new Pivots(a.Whole(0), a.Whole(1), a.Whole(2), a.Whole(3) == 1)
            ) with
            {
                Redraw = Pivots.Redraw,
                Fault = Rising("leftSpan", 0, "maxTrendPeriods", 2),
            },
            New(
                "pivot-points",
                "Pivot points",
                "Floor traders', Nick Scott's Camarilla, Tom DeMark's, Fibonacci's, Ken Wood's; of the calendar period before, in UTC",
                [Choice("windowSize", "month", "week", "day", "hour"), Choice("pointType", PivotKinds)],
                PriceLines(Levels),
                a => new PivotPoints((PivotWindow)a.Whole(0), (PivotKind)a.Whole(1))
            ),
            New(
                "rolling-pivots",
                "Rolling pivot points",
                "Pivot points of a moving window",
                [Periods(20, "windowPeriods"), Periods(0, "offsetPeriods", 0), Choice("pointType", PivotKinds)],
                PriceLines(Levels),
                a => new RollingPivots(a.Whole(0), a.Whole(1), (PivotKind)a.Whole(2))
            ),
            New(
                "zigzag",
                "Zig zag",
                "Arthur Merrill, Filtered Waves, 1977; the newest lines are provisional",
                [Choice("endType", "close", "highLow"), Factor("percentChange", 5, 0.01, 1000)],
                [
                    Price("zigZag"),
                    new Output("pointType", OutputKind.Word) { Words = ["L", "H"] },
                    Price("retraceHigh"),
                    Price("retraceLow"),
                ],
                a => new ZigZag(a[1], a.Whole(0) == 1),
                "zigzag-close"
            ) with
            {
                StateColumns = 3,
                Redraw = ZigZag.Redraw,
            },
        ];

    private static Parameter Parts =>
        Choice("candlePart", "open", "high", "low", "close", "volume", "hl2", "hlc3", "oc2", "ohl3", "ohlc4") with
        {
            Default = (int)Part.Close,
        };

    /// <summary>A turning point: known after as many bars as the parameter at <paramref name="span"/>.</summary>
    private static Output Turn(string name, int span) => Price(name) with { Lag = a => a.Whole(span) };

    private static Indicator Bricks(string name, string title, Parameter size, Func<Arguments, Ohlcv[], double> sizeOf) =>
        new(
            name,
            title,
            "Bricks of a fixed size in place of time",
            [size, Choice("endType", "close", "highLow")],
            [.. PriceLines("open", "high", "low", "close"), "volume", Flag("isUp")],
            null
        )
        {
            ComputeBricks = (a, bars) => ComputeBricks(bars, sizeOf(a, bars), a.Whole(1) == 1),
        };

    /// <exception cref="TooManyBricksException">Beyond <see cref="MaxBricks"/>.</exception>
    private static IndicatorSeries ComputeBricks(Ohlcv[] bars, double size, bool atHighLow)
    {
        var (rows, places, renko) = (new List<double>(), new List<int>(), new Renko(size, atHighLow));
        for (var i = 0; size > 0 && i < bars.Length; i++)
        {
            var bricks = renko.Next(bars[i]);
            if (bricks > MaxBricks - places.Count) throw new TooManyBricksException();
            for (var brick = 0; brick < bricks; brick++)
            {
                places.Add(i);
                CollectionsMarshal.SetCount(rows, places.Count * 6);
                renko.Write(brick, CollectionsMarshal.AsSpan(rows)[^6..]);
            }
        }
        return new IndicatorSeries(places.Count, 6, [.. rows], []) { Bars = [.. places] };
    }

    private static double LastAtr(Arguments a, Ohlcv[] bars)
    {
        var (atr, row) = (new Atr(a.Whole(0)), new double[3]);
        foreach (var bar in bars) atr.Next(bar, row);
        return bars.Length == 0 ? 0 : row[1];
    }
}

/// <summary>A brick size so small that the bars would make more than <see cref="Catalogue.MaxBricks"/>.</summary>
public sealed class TooManyBricksException() : Exception($"lays more than {Catalogue.MaxBricks} bricks; choose a larger size");
