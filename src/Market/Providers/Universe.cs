using System.Globalization;

namespace AgentInvest.Market.Providers;

/// <summary>What the simulated market lists. Names are real, everything else about them is invented.</summary>
/// <param name="Price">On the first day, 2015-01-02.</param>
/// <param name="Drift">Expected log return a year.</param>
/// <param name="Volatility">Of the part that is its own, a year.</param>
/// <param name="Beta">Share in the market's movements.</param>
/// <param name="Yield">Dividends a year, of the price, paid quarterly.</param>
internal sealed record Listing(Instrument Instrument, decimal Price, double Drift, double Volatility, double Beta, double Yield)
{
    public bool IsFx => Instrument.Type == "fx";
    public bool IsCrypto => Instrument.Type == "crypto";
    public int Decimals => IsFx ? 5 : 2;
}

internal static class Universe
{
    private const string Table = """
        AAPL|Apple Inc.|NASDAQ|equity|Information Technology|US|USD|110|0.16|0.20|1.15|0.008
        MSFT|Microsoft Corporation|NASDAQ|equity|Information Technology|US|USD|47|0.18|0.18|1.05|0.010
        NVDA|NVIDIA Corporation|NASDAQ|equity|Information Technology|US|USD|190|0.31|0.36|1.60|0.001
        AVGO|Broadcom Inc.|NASDAQ|equity|Information Technology|US|USD|100|0.12|0.28|1.25|0.018
        ORCL|Oracle Corporation|NYSE|equity|Information Technology|US|USD|44|0.06|0.20|0.95|0.014
        CRM|Salesforce, Inc.|NYSE|equity|Information Technology|US|USD|59|0.08|0.28|1.15|0
        ADBE|Adobe Inc.|NASDAQ|equity|Information Technology|US|USD|72|0.10|0.25|1.15|0
        AMD|Advanced Micro Devices, Inc.|NASDAQ|equity|Information Technology|US|USD|12|0.14|0.42|1.60|0
        INTC|Intel Corporation|NASDAQ|equity|Information Technology|US|USD|36|-0.04|0.26|1.05|0.020
        IBM|International Business Machines Corporation|NYSE|equity|Information Technology|US|USD|153|0.01|0.17|0.80|0.040
        CSCO|Cisco Systems, Inc.|NASDAQ|equity|Information Technology|US|USD|28|0.04|0.17|0.90|0.030
        QCOM|QUALCOMM Incorporated|NASDAQ|equity|Information Technology|US|USD|74|0.05|0.27|1.20|0.024
        AMZN|Amazon.com, Inc.|NASDAQ|equity|Consumer Discretionary|US|USD|309|0.18|0.25|1.20|0
        TSLA|Tesla, Inc.|NASDAQ|equity|Consumer Discretionary|US|USD|219|0.22|0.48|1.60|0
        HD|The Home Depot, Inc.|NYSE|equity|Consumer Discretionary|US|USD|104|0.07|0.17|1.00|0.024
        MCD|McDonald's Corporation|NYSE|equity|Consumer Discretionary|US|USD|93|0.07|0.14|0.65|0.024
        NKE|NIKE, Inc.|NYSE|equity|Consumer Discretionary|US|USD|48|0.02|0.22|1.00|0.015
        GOOGL|Alphabet Inc. Class A|NASDAQ|equity|Communication Services|US|USD|529|0.17|0.20|1.05|0.004
        META|Meta Platforms, Inc.|NASDAQ|equity|Communication Services|US|USD|78|0.13|0.30|1.20|0.003
        NFLX|Netflix, Inc.|NASDAQ|equity|Communication Services|US|USD|349|0.10|0.36|1.25|0
        DIS|The Walt Disney Company|NYSE|equity|Communication Services|US|USD|94|0.00|0.22|1.00|0.009
        VZ|Verizon Communications Inc.|NYSE|equity|Communication Services|US|USD|47|-0.02|0.15|0.50|0.060
        JPM|JPMorgan Chase & Co.|NYSE|equity|Financials|US|USD|62|0.08|0.17|1.10|0.026
        BAC|Bank of America Corporation|NYSE|equity|Financials|US|USD|18|0.05|0.20|1.20|0.024
        WFC|Wells Fargo & Company|NYSE|equity|Financials|US|USD|55|0.01|0.21|1.15|0.025
        GS|The Goldman Sachs Group, Inc.|NYSE|equity|Financials|US|USD|194|0.06|0.19|1.20|0.022
        V|Visa Inc.|NYSE|equity|Financials|US|USD|66|0.10|0.15|0.95|0.007
        MA|Mastercard Incorporated|NYSE|equity|Financials|US|USD|86|0.11|0.16|1.00|0.006
        BRK-B|Berkshire Hathaway Inc. Class B|NYSE|equity|Financials|US|USD|149|0.08|0.12|0.80|0
        JNJ|Johnson & Johnson|NYSE|equity|Health Care|US|USD|105|0.03|0.13|0.55|0.028
        UNH|UnitedHealth Group Incorporated|NYSE|equity|Health Care|US|USD|101|0.10|0.19|0.80|0.014
        LLY|Eli Lilly and Company|NYSE|equity|Health Care|US|USD|69|0.16|0.24|0.60|0.010
        PFE|Pfizer Inc.|NYSE|equity|Health Care|US|USD|31|-0.02|0.19|0.60|0.045
        MRK|Merck & Co., Inc.|NYSE|equity|Health Care|US|USD|57|0.04|0.17|0.55|0.028
        ABBV|AbbVie Inc.|NYSE|equity|Health Care|US|USD|66|0.07|0.19|0.60|0.038
        PG|The Procter & Gamble Company|NYSE|equity|Consumer Staples|US|USD|90|0.05|0.13|0.50|0.026
        KO|The Coca-Cola Company|NYSE|equity|Consumer Staples|US|USD|42|0.03|0.12|0.55|0.030
        PEP|PepsiCo, Inc.|NASDAQ|equity|Consumer Staples|US|USD|95|0.04|0.12|0.55|0.028
        WMT|Walmart Inc.|NYSE|equity|Consumer Staples|US|USD|86|0.12|0.16|0.55|0.015
        COST|Costco Wholesale Corporation|NASDAQ|equity|Consumer Staples|US|USD|142|0.12|0.17|0.75|0.007
        XOM|Exxon Mobil Corporation|NYSE|equity|Energy|US|USD|93|0.01|0.22|0.90|0.040
        CVX|Chevron Corporation|NYSE|equity|Energy|US|USD|113|0.02|0.22|0.95|0.040
        BA|The Boeing Company|NYSE|equity|Industrials|US|USD|130|0.02|0.32|1.35|0
        CAT|Caterpillar Inc.|NYSE|equity|Industrials|US|USD|92|0.08|0.22|1.15|0.020
        GE|GE Aerospace|NYSE|equity|Industrials|US|USD|155|0.02|0.30|1.20|0.006
        UPS|United Parcel Service, Inc.|NYSE|equity|Industrials|US|USD|111|0.00|0.21|0.95|0.040
        LIN|Linde plc|NASDAQ|equity|Materials|US|USD|128|0.09|0.16|0.90|0.014
        NEE|NextEra Energy, Inc.|NYSE|equity|Utilities|US|USD|107|0.06|0.18|0.50|0.026
        AMT|American Tower Corporation|NYSE|equity|Real Estate|US|USD|99|0.05|0.20|0.70|0.028
        NESN.SW|Nestlé S.A.|SIX|equity|Consumer Staples|CH|CHF|73|0.02|0.13|0.50|0.030
        SAP.DE|SAP SE|XETRA|equity|Information Technology|DE|EUR|58|0.10|0.20|0.95|0.010
        SHEL.L|Shell plc|LSE|equity|Energy|GB|GBP|22|0.02|0.22|0.85|0.040
        SPY|SPDR S&P 500 ETF Trust|NYSE Arca|etf|Broad Market|US|USD|205|0.09|0.01|1.00|0.014
        QQQ|Invesco QQQ Trust|NASDAQ|etf|Broad Market|US|USD|103|0.12|0.05|1.15|0.006
        IWM|iShares Russell 2000 ETF|NYSE Arca|etf|Broad Market|US|USD|119|0.05|0.09|1.15|0.012
        EEM|iShares MSCI Emerging Markets ETF|NYSE Arca|etf|Emerging Markets|US|USD|39|0.01|0.12|0.85|0.024
        AGG|iShares Core U.S. Aggregate Bond ETF|NYSE Arca|etf|Bonds|US|USD|110|-0.01|0.05|0.02|0.030
        GLD|SPDR Gold Shares|NYSE Arca|etf|Commodities|US|USD|114|0.07|0.14|0.05|0
        ^GSPC|S&P 500|INDEX|index||US|USD|2058|0.09|0.01|1.00|0
        ^IXIC|Nasdaq Composite|INDEX|index||US|USD|4727|0.12|0.06|1.15|0
        ^DJI|Dow Jones Industrial Average|INDEX|index||US|USD|17833|0.07|0.04|0.95|0
        ^RUT|Russell 2000|INDEX|index||US|USD|1199|0.05|0.09|1.15|0
        EURUSD|Euro / US dollar|FX|fx|||USD|1.2100|-0.01|0.075|0.02|0
        GBPUSD|Pound sterling / US dollar|FX|fx|||USD|1.5330|-0.02|0.085|0.05|0
        AUDUSD|Australian dollar / US dollar|FX|fx|||USD|0.8090|-0.02|0.095|0.15|0
        USDCHF|US dollar / Swiss franc|FX|fx|||CHF|0.9940|-0.01|0.080|0.03|0
        USDJPY|US dollar / yen|FX|fx|||JPY|120.50|0.02|0.085|0.05|0
        USDCAD|US dollar / Canadian dollar|FX|fx|||CAD|1.1780|0.02|0.065|-0.10|0
        USDSEK|US dollar / Swedish krona|FX|fx|||SEK|7.8200|0.02|0.095|-0.08|0
        USDNOK|US dollar / Norwegian krone|FX|fx|||NOK|7.5600|0.03|0.100|-0.10|0
        USDCNY|US dollar / yuan|FX|fx|||CNY|6.2050|0.01|0.035|-0.03|0
        USDINR|US dollar / Indian rupee|FX|fx|||INR|63.300|0.03|0.045|-0.05|0
        BTC-USD|Bitcoin|CRYPTO|crypto|||USD|315|0.31|0.60|0.50|0
        ETH-USD|Ether|CRYPTO|crypto|||USD|11|0.33|0.75|0.60|0
        """;

    /// <summary>Splits of the simulated market: last day before, new shares per old.</summary>
    public static readonly IReadOnlyDictionary<string, (DateOnly LastDateBefore, decimal Ratio)[]> Splits = new Dictionary<
        string,
        (DateOnly, decimal)[]
    >
    {
        ["AAPL"] = [(new(2020, 8, 28), 4)],
        ["NVDA"] = [(new(2021, 7, 19), 4), (new(2024, 6, 7), 10)],
        ["TSLA"] = [(new(2020, 8, 28), 5), (new(2022, 8, 24), 3)],
        ["GOOGL"] = [(new(2022, 7, 15), 20)],
        ["AMZN"] = [(new(2022, 6, 3), 20)],
        ["WMT"] = [(new(2024, 2, 23), 3)],
        ["GE"] = [(new(2021, 7, 30), 0.125m)],
    };

    public static IReadOnlyList<Listing> All { get; } =
        Table.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Parse).ToList();

    /// <summary>A name outside the table, for a universe given by the owner: a plain invented share.</summary>
    public static Listing Invented(string symbol) =>
        new(new Instrument(symbol, symbol, "SIM", "USD", "equity", "Unclassified", "US"), 100, 0.07, 0.22, 1, 0);

    private static Listing Parse(string line)
    {
        var f = line.Split('|');
        double Number(int i) => double.Parse(f[i], CultureInfo.InvariantCulture);
        return new Listing(new Instrument(f[0], f[1], f[2], f[6], f[3], f[4].Length > 0 ? f[4] : null, f[5].Length > 0 ? f[5] : null),
            decimal.Parse(f[7], CultureInfo.InvariantCulture), Number(8), Number(9), Number(10), Number(11));
    }
}
