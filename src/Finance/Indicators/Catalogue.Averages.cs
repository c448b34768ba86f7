using AgentInvest.Finance.Indicators.Kernels;

namespace AgentInvest.Finance.Indicators;

public static partial class Catalogue
{
    private static string[] AverageKinds => ["sma", "ema", "wma", "hma", "dema", "tema", "smma", "epma", "alma"];

    private static IndicatorFeed Envelope(Arguments a) => a.Whole(2) switch
    {
        1 => IndicatorFeed.Of(new Envelopes<Ema>(new Ema(a.Whole(0)), a[1])),
        2 => IndicatorFeed.Of(new Envelopes<Wma>(new Wma(a.Whole(0)), a[1])),
        3 => IndicatorFeed.Of(new Envelopes<Hma>(new Hma(a.Whole(0)), a[1])),
        4 => IndicatorFeed.Of(new Envelopes<Dema>(new Dema(a.Whole(0)), a[1])),
        5 => IndicatorFeed.Of(new Envelopes<Tema>(new Tema(a.Whole(0)), a[1])),
        6 => IndicatorFeed.Of(new Envelopes<Smma>(new Smma(a.Whole(0)), a[1])),
        7 => IndicatorFeed.Of(new Envelopes<Epma>(new Epma(a.Whole(0)), a[1])),
        8 => IndicatorFeed.Of(new Envelopes<Alma>(new Alma(a.Whole(0), 0.85, 6), a[1])),
        _ => IndicatorFeed.Of(new Envelopes<Sma>(new Sma(a.Whole(0)), a[1])),
    };

    private static IEnumerable<Indicator> Averages() =>
        [
            New("sma", "Simple moving average", "Plain mean", [Periods(20)], PriceLines("sma"), a => new Sma(a.Whole(0))),
            New(
                "sma-analysis",
                "Simple moving average with its deviations",
                "Mean absolute, mean squared and mean absolute percentage deviation from the mean",
                [Periods(20)],
                [Price("sma"), "mad", "mse", "mape"],
                a => new SmaAnalysis(a.Whole(0))
            ),
            New(
                "ema",
                "Exponential moving average",
                "k = 2 ÷ (n + 1), begun at the first mean",
                [Periods(20)],
                PriceLines("ema"),
                a => new Ema(a.Whole(0))
            ),
            New("wma", "Weighted moving average", "Weights 1…n", [Periods(14)], PriceLines("wma"), a => new Wma(a.Whole(0))),
            New("hma", "Hull moving average", "Alan Hull, 2005", [Periods(14, min: 2)], PriceLines("hma"), a => new Hma(a.Whole(0))),
            New(
                "dema",
                "Double exponential moving average",
                "Patrick Mulloy, Stocks & Commodities, 1994",
                [Periods(14)],
                PriceLines("dema"),
                a => new Dema(a.Whole(0))
            ),
            New(
                "tema",
                "Triple exponential moving average",
                "Patrick Mulloy, Stocks & Commodities, 1994",
                [Periods(20)],
                PriceLines("tema"),
                a => new Tema(a.Whole(0))
            ),
            New(
                "t3",
                "Tillson T3 moving average",
                "Tim Tillson, Stocks & Commodities, 1998",
                [Periods(5), Factor("volumeFactor", 0.7, 0.01, 1)],
                PriceLines("t3"),
                a => new T3(a.Whole(0), a[1])
            ),
            New(
                "kama",
                "Kaufman's adaptive moving average",
                "Perry Kaufman, Trading Systems and Methods",
                [Periods(10, "erPeriods", 2), Periods(2, "fastPeriods"), Periods(30, "slowPeriods")],
                ["er", Price("kama")],
                a => new Kama(a.Whole(0), a.Whole(1), a.Whole(2))
            ) with
            {
                Fault = Rising("fastPeriods", 1, "slowPeriods", 2),
            },
            New(
                "alma",
                "Arnaud Legoux moving average",
                "Arnaud Legoux, Dimitrios Kouzis-Loukas, 2009",
                [Periods(9, min: 2), Factor("offset", 0.85, 0, 1), Factor("sigma", 6, 0.1, 100)],
                PriceLines("alma"),
                a => new Alma(a.Whole(0), a[1], a[2])
            ),
            New(
                "smma",
                "Smoothed moving average",
                "J. Welles Wilder, 1978",
                [Periods(20)],
                PriceLines("smma"),
                a => new Smma(a.Whole(0)),
                "rma",
                "wilder"
            ),
            New(
                "mama",
                "MESA adaptive moving average",
                "John Ehlers, Stocks & Commodities, 2001",
                [Factor("fastLimit", 0.5, 0.01, 0.99), Factor("slowLimit", 0.05, 0.01, 0.99)],
                PriceLines("mama", "fama"),
                a => new Mama(a[0], a[1])
            ) with
            {
                Fault = Rising("slowLimit", 1, "fastLimit", 0),
            },
            New(
                "epma",
                "Endpoint moving average",
                "Least squares, its value at the newest bar",
                [Periods(10, min: 2)],
                PriceLines("epma"),
                a => new Epma(a.Whole(0)),
                "lsma"
            ),
            New(
                "vwma",
                "Volume-weighted moving average",
                "Mean weighted by volume",
                [Periods(14)],
                PriceLines("vwma"),
                a => new Vwma(a.Whole(0))
            ),
            New(
                "dynamic",
                "McGinley dynamic",
                "John McGinley, Market Technicians Association Journal, 1991",
                [Periods(14), Factor("kFactor", 0.6, 0.01, 100)],
                PriceLines("dynamic"),
                a => new Dynamic(a.Whole(0), a[1]),
                "mcginley"
            ),
            New(
                "htl",
                "Hilbert transform instantaneous trendline",
                "John Ehlers, Rocket Science for Traders, 2001",
                [],
                ["dcPeriods", Price("trendline"), Price("smoothPrice")],
                _ => new HilbertTrendline(),
                "ht-trendline"
            ),
            new(
                "ma-env",
                "Moving average envelopes",
                "Percent around an average",
                [Periods(20, min: 2), Factor("percentOffset", 2.5, 0.01, 100), Choice("movingAverageType", AverageKinds)],
                PriceLines("centerline", "upperEnvelope", "lowerEnvelope"),
                Envelope
            )
            {
                Aliases = ["ma-envelopes", "envelopes"],
            },
        ];
}
