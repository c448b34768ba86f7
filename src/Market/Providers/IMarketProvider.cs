using AgentInvest.Finance.Bars;

namespace AgentInvest.Market.Providers;

/// <summary>
/// A source of market data. Providers stand in a chain; the first that knows a symbol serves it alone, so no series is ever spliced from
/// two sources.
/// </summary>
internal interface IMarketProvider
{
    /// <summary>As answers name it: <c>replay</c>, <c>simulated</c>, …</summary>
    string Source { get; }

    /// <summary>Changes whenever the same question would be answered differently: stored copies of another version are reloaded.</summary>
    string Version { get; }

    IReadOnlyCollection<Instrument> Instruments { get; }

    Instrument? Find(string symbol);

    Quote QuoteOf(string symbol, DateTimeOffset now);

    /// <summary>The latest tick at that instant; the same for all hosts.</summary>
    Realtime.QuoteTick TickOf(string symbol, DateTimeOffset now);

    /// <summary>Whether there are new ticks at all.</summary>
    bool Ticks { get; }

    /// <summary>Raw bars of finished days, ascending, both ends included.</summary>
    IReadOnlyList<Bar> Daily(string symbol, DateOnly from, DateOnly to, DateTimeOffset now);

    /// <summary>Raw minute bars of the last days, ascending; empty where there are none.</summary>
    IReadOnlyList<Bar> Minutes(string symbol, DateTimeOffset from, DateTimeOffset to, DateTimeOffset now);

    /// <summary>Splits and dividends effective up to now, ascending.</summary>
    IReadOnlyList<CorporateAction> Actions(string symbol, DateTimeOffset now);
}
