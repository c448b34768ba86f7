using AgentInvest.Finance.Indicators.Kernels;

namespace AgentInvest.Finance.Indicators;

public static partial class Catalogue
{
    private static IEnumerable<Indicator> Oscillators() =>
        [
            New("rsi", "Relative strength index", "J. Welles Wilder, 1978", [Periods(14)], ["rsi"], a => new Rsi(a.Whole(0))),
            New(
                "stoch-rsi",
                "Stochastic RSI",
                "Tushar Chande, Stanley Kroll, 1994",
                [Periods(14, "rsiPeriods"), Periods(14, "stochPeriods"), Periods(3, "signalPeriods"), Periods(1, "smoothPeriods")],
                ["stochRsi", "signal"],
                a => new StochRsi(a.Whole(0), a.Whole(1), a.Whole(2), a.Whole(3))
            ),
            New(
                "crsi",
                "Connors RSI",
                "Larry Connors, 2012",
                [Periods(3, "rsiPeriods", 2), Periods(2, "streakPeriods", 2), Periods(100, "rankPeriods", 2)],
                ["streak", "rsi", "rsiStreak", "percentRank", "connorsRsi"],
                a => new ConnorsRsi(a.Whole(0), a.Whole(1), a.Whole(2)),
                "connors-rsi"
            ),
            New(
                "stoch",
                "Stochastic oscillator",
                "George Lane, 1950s; %J as in KDJ",
                [
                    Periods(14),
                    Periods(3, "signalPeriods"),
                    Periods(3, "smoothPeriods"),
                    Factor("kFactor", 3, 0.01, 100),
                    Factor("dFactor", 2, 0.01, 100),
                    Choice("movingAverageType", "sma", "smma"),
                ],
                ["oscillator", "signal", "percentJ", "k", "d", "j"],
                a => new Stoch(a.Whole(0), a.Whole(1), a.Whole(2), a[3], a[4], a.Whole(5) == 1),
                "stochastic",
                "kdj"
            ),
            New(
                "willr",
                "Williams %R",
                "Larry Williams, 1966",
                [Periods(14)],
                ["williamsR"],
                a => new WilliamsR(a.Whole(0)),
                "williams",
                "williams-r",
                "wpr"
            ),
            New("cci", "Commodity channel index", "Donald Lambert, 1980", [Periods(20)], ["cci"], a => new Cci(a.Whole(0))),
            New("cmo", "Chande momentum oscillator", "Tushar Chande, 1994", [Periods(14)], ["cmo"], a => new Cmo(a.Whole(0))),
            New(
                "uo",
                "Ultimate oscillator",
                "Larry Williams, Stocks & Commodities, 1985",
                [Periods(7, "shortPeriods"), Periods(14, "middlePeriods"), Periods(28, "longPeriods")],
                ["ultimate"],
                a => new UltimateOscillator(a.Whole(0), a.Whole(1), a.Whole(2)),
                "ultimate",
                "ultosc"
            ) with
            {
                Fault = a => a[0] < a[1] && a[1] < a[2] ? null : "shortPeriods, middlePeriods and longPeriods must rise",
            },
            New(
                "awesome",
                "Awesome oscillator",
                "Bill Williams, 1998",
                [Periods(5, "fastPeriods"), Periods(34, "slowPeriods")],
                ["oscillator", "normalized"],
                a => new Awesome(a.Whole(0), a.Whole(1)),
                "ao"
            ) with
            {
                Fault = Rising("fastPeriods", 0, "slowPeriods", 1),
            },
            New(
                "smi",
                "Stochastic momentum index",
                "William Blau, 1993",
                [Periods(13), Periods(25, "firstSmoothPeriods"), Periods(2, "secondSmoothPeriods"), Periods(3, "signalPeriods")],
                ["smi", "signal"],
                a => new Smi(a.Whole(0), a.Whole(1), a.Whole(2), a.Whole(3))
            ),
            New(
                "fisher",
                "Ehlers Fisher transform",
                "John Ehlers, Stocks & Commodities, 2002",
                [Periods(10)],
                ["fisher", "trigger"],
                a => new Fisher(a.Whole(0)),
                "fisher-transform"
            ),
            New(
                "macd",
                "Moving average convergence/divergence",
                "Gerald Appel, 1979",
                [Periods(12, "fastPeriods"), Periods(26, "slowPeriods"), Periods(9, "signalPeriods")],
                ["macd", "signal", "histogram", Price("fastEma"), Price("slowEma")],
                a => new Macd(a.Whole(0), a.Whole(1), a.Whole(2))
            ) with
            {
                Fault = Rising("fastPeriods", 0, "slowPeriods", 1),
            },
            Percent("ppo", "Percentage price oscillator", false),
            Percent("pvo", "Percentage volume oscillator", true),
            New(
                "pmo",
                "Price momentum oscillator",
                "Carl Swenlin, DecisionPoint",
                [Periods(35, "timePeriods", 2), Periods(20, "smoothPeriods"), Periods(10, "signalPeriods")],
                ["pmo", "signal"],
                a => new Pmo(a.Whole(0), a.Whole(1), a.Whole(2))
            ),
            New(
                "roc",
                "Rate of change",
                "Percent change over n bars",
                [Periods(14)],
                ["momentum", "roc"],
                a => new Roc(a.Whole(0)),
                "momentum"
            ),
            New(
                "roc-wb",
                "Rate of change with bands",
                "Mark Whistler, Volatility Illuminated, 2009",
                [Periods(20), Periods(5, "emaPeriods"), Periods(5, "stdDevPeriods")],
                ["roc", "rocEma", "upperBand", "lowerBand"],
                a => new RocBands(a.Whole(0), a.Whole(1), a.Whole(2))
            ) with
            {
                Fault = a => a[2] <= a[0] ? null : "stdDevPeriods must not be greater than lookbackPeriods",
            },
            New(
                "tsi",
                "True strength index",
                "William Blau, Stocks & Commodities, 1991",
                [Periods(25), Periods(13, "smoothPeriods"), Periods(7, "signalPeriods")],
                ["tsi", "signal"],
                a => new Tsi(a.Whole(0), a.Whole(1), a.Whole(2))
            ),
            New(
                "stc",
                "Schaff trend cycle",
                "Doug Schaff, 1999",
                [Periods(10, "cyclePeriods"), Periods(23, "fastPeriods"), Periods(50, "slowPeriods")],
                ["stc"],
                a => new Stc(a.Whole(0), a.Whole(1), a.Whole(2))
            ) with
            {
                Fault = Rising("fastPeriods", 1, "slowPeriods", 2),
            },
            New(
                "trix",
                "Triple exponential average oscillator",
                "Jack Hutson, Stocks & Commodities, 1983",
                [Periods(14)],
                [Price("ema3"), "trix"],
                a => new Trix(a.Whole(0))
            ),
            New(
                "dpo",
                "Detrended price oscillator",
                "Close less the mean centred on it, so known n ÷ 2 + 1 bars later",
                [Periods(14)],
                [Late("dpo"), Late("sma") with { OnPrice = true }],
                a => new Dpo(a.Whole(0))
            ),
            New(
                "bop",
                "Balance of power",
                "Igor Livshin, Stocks & Commodities, 2001",
                [Periods(14, "smoothPeriods")],
                ["bop"],
                a => new Bop(a.Whole(0))
            ),
            New(
                "elder-ray",
                "Elder-ray index",
                "Alexander Elder, Trading for a Living, 1993",
                [Periods(13)],
                [Price("ema"), "bullPower", "bearPower"],
                a => new ElderRay(a.Whole(0))
            ),
        ];

    private static Output Late(string name) => new(name) { Lag = a => a.Whole(0) / 2 + 1 };

    private static Indicator Percent(string name, string title, bool ofVolume) =>
        New(
            name,
            title,
            "MACD in percent of the slow average",
            [Periods(12, "fastPeriods"), Periods(26, "slowPeriods"), Periods(9, "signalPeriods")],
            [name, "signal", "histogram"],
            a => new PercentOscillator(a.Whole(0), a.Whole(1), a.Whole(2), ofVolume)
        ) with
        {
            Fault = Rising("fastPeriods", 0, "slowPeriods", 1),
        };

    private static IEnumerable<Indicator> Volumes() =>
        [
            New(
                "adl",
                "Accumulation/distribution line",
                "Marc Chaikin",
                [],
                ["adl", "moneyFlowMultiplier", "moneyFlowVolume"],
                _ => new Adl()
            ),
            New(
                "chaikin-osc",
                "Chaikin oscillator",
                "Marc Chaikin",
                [Periods(3, "fastPeriods"), Periods(10, "slowPeriods")],
                ["moneyFlowMultiplier", "moneyFlowVolume", "adl", "oscillator", "fastEma", "slowEma"],
                a => new ChaikinOscillator(a.Whole(0), a.Whole(1)),
                "chaikin",
                "adosc"
            ) with
            {
                Fault = Rising("fastPeriods", 0, "slowPeriods", 1),
            },
            New(
                "cmf",
                "Chaikin money flow",
                "Marc Chaikin",
                [Periods(20)],
                ["moneyFlowMultiplier", "moneyFlowVolume", "cmf"],
                a => new Cmf(a.Whole(0))
            ),
            New("obv", "On-balance volume", "Joseph Granville, 1963", [], ["obv"], _ => new Obv()),
            New(
                "mfi",
                "Money flow index",
                "Gene Quong, Avrum Soudack, Stocks & Commodities, 1989",
                [Periods(14, min: 2)],
                ["mfi"],
                a => new Mfi(a.Whole(0))
            ),
            New(
                "vwap",
                "Volume-weighted average price",
                "Typical price weighted by volume, from startDate (default: the first bar)",
                [new Parameter("startDate", 0, 0, DateOnly.MaxValue.DayNumber, true) { IsDate = true }],
                PriceLines("vwap"),
                a => new Vwap(new DateTime(a.Whole(0) * TimeSpan.TicksPerDay))
            ),
            New(
                "force",
                "Force index",
                "Alexander Elder, Trading for a Living, 1993",
                [Periods(2)],
                ["forceIndex"],
                a => new ForceIndex(a.Whole(0)),
                "force-index"
            ),
            New(
                "kvo",
                "Klinger volume oscillator",
                "Stephen Klinger, Stocks & Commodities, 1997",
                [Periods(34, "fastPeriods", 3), Periods(55, "slowPeriods", 4), Periods(13, "signalPeriods")],
                ["oscillator", "signal"],
                a => new Kvo(a.Whole(0), a.Whole(1), a.Whole(2)),
                "klinger"
            ) with
            {
                Fault = Rising("fastPeriods", 0, "slowPeriods", 1),
            },
        ];
}
