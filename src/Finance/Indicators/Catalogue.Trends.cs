using AgentInvest.Finance.Indicators.Kernels;

namespace AgentInvest.Finance.Indicators;

public static partial class Catalogue
{
    private static IEnumerable<Indicator> Volatility() =>
        [
            New("tr", "True range", "J. Welles Wilder, 1978", [], ["tr"], _ => new Tr(), "true-range"),
            New(
                "atr",
                "Average true range",
                "J. Welles Wilder, 1978",
                [Periods(14, min: 2)],
                ["tr", "atr", "atrp"],
                a => new Atr(a.Whole(0))
            ),
            New(
                "bb",
                "Bollinger bands",
                "John Bollinger, 1980s; population deviation",
                [Periods(20, min: 2), Factor("standardDeviations", 2, 0.01, 100)],
                [Price("sma"), Price("upperBand"), Price("lowerBand"), "percentB", "zScore", "width"],
                a => new Bollinger(a.Whole(0), a[1]),
                "bollinger",
                "bollinger-bands",
                "bbands"
            ),
            New(
                "keltner",
                "Keltner channels",
                "Chester Keltner, 1960, as revised by Linda Raschke",
                [Periods(20, "emaPeriods", 2), Factor("multiplier", 2, 0.01, 100), Periods(10, "atrPeriods", 2)],
                [.. PriceLines("upperBand", "centerline", "lowerBand"), "width"],
                a => new Keltner(a.Whole(0), a[1], a.Whole(2))
            ),
            New(
                "donchian",
                "Donchian channels",
                "Richard Donchian; of the bars before",
                [Periods(20)],
                [.. PriceLines("upperBand", "centerline", "lowerBand"), "width"],
                a => new Donchian(a.Whole(0))
            ),
            New(
                "starc",
                "STARC bands",
                "Manning Stoller",
                [Periods(5, "smaPeriods", 2), Factor("multiplier", 2, 0.01, 100), Periods(10, "atrPeriods", 2)],
                PriceLines("upperBand", "centerline", "lowerBand"),
                a => new Starc(a.Whole(0), a[1], a.Whole(2)),
                "starc-bands"
            ),
            New(
                "stdev",
                "Standard deviation",
                "Of a population",
                [Periods(14, min: 2)],
                ["stdDev", Price("mean"), "zScore"],
                a => new StdDev(a.Whole(0)),
                "std-dev"
            ),
            New(
                "stdev-channels",
                "Standard deviation channels",
                "Least squares over n bars each, counted back from the newest",
                [Periods(20, min: 2), Factor("stdDeviations", 2, 0.01, 100)],
                [.. PriceLines("centerline", "upperChannel", "lowerChannel"), Flag("breakPoint")],
                a => new DeviationChannels(a.Whole(0), a[1]),
                "std-dev-channels"
            ) with
            {
                StateColumns = 2,
                Redraw = DeviationChannels.Redraw,
            },
            New(
                "slope",
                "Slope and linear regression",
                "Least squares; line only over the last n bars",
                [Periods(14, min: 2)],
                ["slope", "intercept", "stdDev", "rSquared", Price("line")],
                a => new Slope(a.Whole(0)),
                "linear"
            ) with
            {
                Redraw = Slope.Redraw,
            },
            New(
                "ulcer",
                "Ulcer index",
                "Peter Martin, Byron McCann, 1987",
                [Periods(14)],
                ["ulcerIndex", "ui"],
                a => new Ulcer(a.Whole(0)),
                "ulcer-index"
            ),
            New("chop", "Choppiness index", "E. W. Dreiss", [Periods(14, min: 2)], ["chop"], a => new Chop(a.Whole(0))),
            New(
                "hurst",
                "Hurst exponent",
                "Rescaled range of log returns; corrected by Anis and Lloyd, 1976",
                [Periods(100, min: 20)],
                ["hurstExponent", "hurstExponentAL"],
                a => new Hurst(a.Whole(0))
            ),
            Pair(
                New(
                    "beta",
                    "Beta against a second series",
                    "Slope of returns on the other's",
                    [Periods(50), Choice("type", "standard", "up", "down", "all")],
                    ["beta", "betaUp", "betaDown", "ratio", "convexity", "returnsEval", "returnsMrkt"],
                    a => new Beta(a.Whole(0), (BetaKind)a.Whole(1))
                )
            ),
            Pair(
                New(
                    "corr",
                    "Correlation with a second series",
                    "Pearson, of a population",
                    [Periods(20)],
                    ["varianceA", "varianceB", "covariance", "correlation", "rSquared"],
                    a => new Correlation(a.Whole(0)),
                    "correlation"
                )
            ),
            Pair(
                New(
                    "prs",
                    "Price relative strength against a second series",
                    "Ratio of closes, and difference of changes",
                    [Periods(20)],
                    ["prs", "prsPercent"],
                    a => new Prs(a.Whole(0))
                )
            ),
        ];

    private static Indicator Pair(Indicator indicator) => indicator with { NeedsOther = true };

    private static IEnumerable<Indicator> Trends() =>
        [
            New(
                "adx",
                "Average directional index",
                "J. Welles Wilder, 1978",
                [Periods(14, min: 2)],
                ["pdi", "mdi", "dx", "adx", "adxr"],
                a => new Adx(a.Whole(0)),
                "dmi"
            ),
            New("aroon", "Aroon", "Tushar Chande, 1995", [Periods(25)], ["aroonUp", "aroonDown", "oscillator"], a => new Aroon(a.Whole(0))),
            New(
                "vortex",
                "Vortex indicator",
                "Etienne Botes, Douglas Siepman, Stocks & Commodities, 2010",
                [Periods(14, min: 2)],
                ["pvi", "nvi"],
                a => new Vortex(a.Whole(0)),
                "vi"
            ),
            New(
                "alligator",
                "Williams alligator",
                "Bill Williams, Trading Chaos, 1995",
                [
                    Periods(13, "jawPeriods"),
                    Periods(8, "jawOffset"),
                    Periods(8, "teethPeriods"),
                    Periods(5, "teethOffset"),
                    Periods(5, "lipsPeriods"),
                    Periods(3, "lipsOffset"),
                ],
                PriceLines("jaw", "teeth", "lips"),
                a => new Alligator(a.Whole(0), a.Whole(1), a.Whole(2), a.Whole(3), a.Whole(4), a.Whole(5))
            ) with
            {
                Fault = AlligatorFault,
            },
            New(
                "gator",
                "Gator oscillator",
                "Bill Williams, Trading Chaos, 1995",
                [],
                ["upper", "lower", Flag("upperIsExpanding"), Flag("lowerIsExpanding")],
                _ => new Gator()
            ),
            New(
                "ichimoku",
                "Ichimoku cloud",
                "Goichi Hosoda, 1969; the lagging span is known kijunPeriods later",
                [Periods(9, "tenkanPeriods"), Periods(26, "kijunPeriods"), Periods(52, "senkouBPeriods")],
                [.. PriceLines("tenkanSen", "kijunSen", "senkouSpanA", "senkouSpanB"), Price("chikouSpan") with { Lag = a => a.Whole(1) }],
                a => new Ichimoku(a.Whole(0), a.Whole(1), a.Whole(2))
            ) with
            {
                Fault = Rising("kijunPeriods", 1, "senkouBPeriods", 2),
            },
            New(
                "psar",
                "Parabolic SAR",
                "J. Welles Wilder, 1978; from the bar after the first reversal",
                [Factor("accelerationStep", 0.02, 0.0001, 1), Factor("maxAccelerationFactor", 0.2, 0.0001, 1)],
                [Price("sar"), Flag("isReversal")],
                a => new ParabolicSar(a[0], a[1]),
                "parabolic-sar",
                "sar"
            ) with
            {
                Fault = a => a[0] <= a[1] ? null : "accelerationStep must not be greater than maxAccelerationFactor",
            },
            New(
                "supertrend",
                "SuperTrend",
                "Olivier Seban",
                [Periods(10, min: 2), Factor("multiplier", 3, 0.01, 100)],
                PriceLines("superTrend", "upperBand", "lowerBand"),
                a => new SuperTrend(a.Whole(0), a[1])
            ),
            New(
                "chexit",
                "Chandelier exit",
                "Charles LeBeau",
                [Periods(22, min: 2), Factor("multiplier", 3, 0.01, 100), Choice("type", "long", "short")],
                PriceLines("chandelierExit"),
                a => new Chandelier(a.Whole(0), a[1], a.Whole(2) == 1),
                "chandelier",
                "chandelier-exit"
            ),
            New(
                "atr-stop",
                "ATR trailing stop",
                "Welles Wilder's ATR around the close, ratcheting",
                [Periods(21, min: 2), Factor("multiplier", 3, 0.01, 100), Choice("endType", "close", "highLow")],
                [.. PriceLines("atrStop", "buyStop", "sellStop"), "atr"],
                a => new AtrStop(a.Whole(0), a[1], a.Whole(2) == 1)
            ),
            New(
                "vol-stop",
                "Volatility stop",
                "J. Welles Wilder, 1978; from the bar after the first stop",
                [Periods(7, min: 2), Factor("multiplier", 3, 0.01, 100)],
                [Price("sar"), Flag("isStop"), Price("upperBand"), Price("lowerBand")],
                a => new VolatilityStop(a.Whole(0), a[1]),
                "volatility-stop"
            ),
        ];

    private static string? AlligatorFault(Arguments a) =>
        !(a[0] > a[2] && a[2] > a[4]) ? "jawPeriods, teethPeriods and lipsPeriods must fall"
        : !(a[0] + a[1] > a[2] + a[3] && a[2] + a[3] > a[4] + a[5]) ? "jaw, teeth and lips must end in that order, offsets included" : null;
}
