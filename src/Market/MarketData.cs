using AgentInvest.Core;
using AgentInvest.Finance.Bars;
using AgentInvest.Market.Providers;

namespace AgentInvest.Market;

/// <summary>A listed instrument, or one of a user's own.</summary>
/// <param name="Type">The word of an <see cref="InstrumentType"/>; of a user's own instrument, of its class.</param>
public sealed record Instrument(string Symbol, string Name, string Exchange, string Currency, string Type, string? Sector, string? Country);

public enum InstrumentType { Equity, Etf, Index, Fx, Crypto }

/// <summary>By the exchange's own hours.</summary>
public enum MarketState { Pre, Open, Post, Closed, Halted }

/// <summary>The latest price known of a symbol and where it is from.</summary>
public sealed record Quote(
    string Symbol,
    string Name,
    string Exchange,
    string Currency,
    decimal Price,
    decimal Open,
    decimal High,
    decimal Low,
    decimal PreviousClose,
    decimal Change,
    decimal ChangePercent,
    decimal Volume,
    MarketState MarketState,
    DateTimeOffset AsOf,
    string Source,
    bool Stale
);

/// <summary>Raw (unadjusted) daily closes, ascending; days without trading are absent.</summary>
public sealed record DailyCloses(string Symbol, string Currency, string Source, DateOnly[] Days, decimal[] Prices)
{
    /// <summary>The close, or rate, of a day: carried forward from the last one known; before the first, the first.</summary>
    public decimal At(DateOnly day)
    {
        var i = Array.BinarySearch(Days, day);
        return Prices[i >= 0 ? i : Math.Max(0, ~i - 1)];
    }
}

/// <summary>
/// Split: new shares per old in <see cref="Value"/>. Dividend: cash per share held at the close of <see cref="LastDateBefore"/>.
/// </summary>
public enum CorporateActionKind { Split, Dividend }

/// <param name="LastDateBefore">The last trading day before the ex-date.</param>
/// <param name="EffectiveOn">The first trading day after it: from its start the position is split, the dividend due.</param>
public sealed record CorporateAction(
    string Symbol,
    DateOnly LastDateBefore,
    DateOnly EffectiveOn,
    CorporateActionKind Kind,
    decimal Value,
    string Currency,
    string Source
)
{
    internal Adjustment ToAdjustment() => new(LastDateBefore, Kind == CorporateActionKind.Split, Value);
}

/// <summary>What other features may ask of the market. Unknown symbols are absent from the answers; nothing is invented for them.</summary>
[Singleton]
public sealed class MarketData(ProviderChain chain, TimeProvider time)
{
    public Task<Instrument?> FindAsync(string symbol, CancellationToken ct) => Task.FromResult(chain.Of(symbol)?.Find(symbol));

    public Task<IReadOnlyDictionary<string, Quote>> QuotesAsync(IReadOnlyCollection<string> symbols, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return Task.FromResult<IReadOnlyDictionary<string, Quote>>(
            Known(symbols).ToDictionary(s => s.Symbol, s => s.Provider.QuoteOf(s.Symbol, now))
        );
    }

    /// <summary>
    /// Closes of the days from <paramref name="from"/> to <paramref name="to"/>, both included, plus the last one before
    /// <paramref name="from"/> (to carry forward).
    /// </summary>
    public Task<IReadOnlyDictionary<string, DailyCloses>> ClosesAsync(
        IReadOnlyCollection<string> symbols,
        DateOnly from,
        DateOnly to,
        CancellationToken ct
    ) =>
        Task.FromResult<IReadOnlyDictionary<string, DailyCloses>>(
            Known(symbols).ToDictionary(s => s.Symbol, s => Closes(s.Symbol, s.Provider, from, to))
        );

    /// <summary>
    /// Actions with <see cref="CorporateAction.EffectiveOn"/> from <paramref name="from"/> to <paramref name="to"/>, both included,
    /// ascending.
    /// </summary>
    public Task<IReadOnlyList<CorporateAction>> ActionsAsync(
        IReadOnlyCollection<string> symbols,
        DateOnly from,
        DateOnly to,
        CancellationToken ct
    ) =>
        Task.FromResult<IReadOnlyList<CorporateAction>>(
            Known(symbols)
                .SelectMany(s => s.Provider.Actions(s.Symbol, time.GetUtcNow()))
                .Where(a => a.EffectiveOn >= from && a.EffectiveOn <= to)
                .OrderBy(a => a.EffectiveOn)
                .ThenBy(a => a.Symbol, StringComparer.Ordinal)
                .ToList()
        );

    /// <summary>
    /// Daily rates of a pair such as <c>USDCHF</c> (CHF per USD), like <see cref="ClosesAsync"/>; null when no source knows the pair.
    /// </summary>
    public Task<DailyCloses?> RatesAsync(string baseCurrency, string quoteCurrency, DateOnly from, DateOnly to, CancellationToken ct) =>
        Task.FromResult(Fx.Rates(chain, baseCurrency, quoteCurrency, from, to, time.GetUtcNow()));

    private IEnumerable<(string Symbol, IMarketProvider Provider)> Known(IEnumerable<string> symbols) =>
        symbols
            .Distinct()
            .Select(s => (Symbol: s, Provider: chain.Of(s)))
            .Where(s => s.Provider is not null)
            .Select(s => (s.Symbol, s.Provider!));

    private DailyCloses Closes(string symbol, IMarketProvider provider, DateOnly from, DateOnly to)
    {
        // Two weeks hold at least one trading day; a series with longer gaps is looked at whole.
        var now = time.GetUtcNow();
        var bars = provider.Daily(symbol, from.AddDays(-14), to, now);
        if (bars.Count == 0 || bars[0].Day > from) bars = provider.Daily(symbol, DateOnly.MinValue, to, now);
        var first = 0;
        while (first + 1 < bars.Count && bars[first + 1].Day <= from) first++;
        var kept = bars.Skip(first).ToList();
        return new DailyCloses(
            symbol,
            provider.Find(symbol)!.Currency,
            provider.Source,
            kept.Select(b => b.Day).ToArray(),
            kept.Select(b => b.C).ToArray()
        );
    }
}
