using AgentInvest.Core;

namespace AgentInvest.Market;

/// <summary>A listed instrument.</summary>
/// <param name="Type"><c>equity</c>, <c>etf</c>, <c>index</c>, <c>fx</c>, <c>crypto</c>.</param>
public sealed record Instrument(string Symbol, string Name, string Exchange, string Currency, string Type, string? Sector, string? Country);

/// <summary>The latest price known of a symbol and where it is from.</summary>
public sealed record Quote(
    string Symbol, string Name, string Exchange, string Currency, decimal Price, decimal Open, decimal High, decimal Low, decimal PreviousClose,
    decimal Change, decimal ChangePercent, decimal Volume, string MarketState, DateTimeOffset AsOf, string Source, bool Stale);

/// <summary>Raw (unadjusted) daily closes, ascending; days without trading are absent.</summary>
public sealed record DailyCloses(string Symbol, string Currency, string Source, DateOnly[] Days, decimal[] Prices);

/// <summary>Split: new shares per old in <see cref="Value"/>. Dividend: cash per share held at the close of <see cref="LastDateBefore"/>.</summary>
public enum CorporateActionKind { Split, Dividend }

/// <param name="LastDateBefore">The last trading day before the ex-date.</param>
/// <param name="EffectiveOn">The first trading day after it: from its start the position is split, the dividend due.</param>
public sealed record CorporateAction(string Symbol, DateOnly LastDateBefore, DateOnly EffectiveOn, CorporateActionKind Kind, decimal Value, string Currency, string Source);

/// <summary>What other features may ask of the market. Unknown symbols are absent from the answers; nothing is invented for them.</summary>
public sealed class MarketData
{
    private static ProblemException NotYet() => Problems.ProviderUnavailable("No market data source is configured.");

    public Task<Instrument?> FindAsync(string symbol, CancellationToken ct) => throw NotYet();
    public Task<IReadOnlyDictionary<string, Quote>> QuotesAsync(IReadOnlyCollection<string> symbols, CancellationToken ct) => throw NotYet();

    /// <summary>Closes of the days from <paramref name="from"/> to <paramref name="to"/>, both included, plus the last one before <paramref name="from"/> (to carry forward).</summary>
    public Task<IReadOnlyDictionary<string, DailyCloses>> ClosesAsync(IReadOnlyCollection<string> symbols, DateOnly from, DateOnly to, CancellationToken ct) => throw NotYet();

    /// <summary>Actions with <see cref="CorporateAction.EffectiveOn"/> from <paramref name="from"/> to <paramref name="to"/>, both included, ascending.</summary>
    public Task<IReadOnlyList<CorporateAction>> ActionsAsync(IReadOnlyCollection<string> symbols, DateOnly from, DateOnly to, CancellationToken ct) => throw NotYet();

    /// <summary>Daily rates of a pair such as <c>USDCHF</c> (CHF per USD), like <see cref="ClosesAsync"/>; null when no source knows the pair.</summary>
    public Task<DailyCloses?> RatesAsync(string baseCurrency, string quoteCurrency, DateOnly from, DateOnly to, CancellationToken ct) => throw NotYet();
}
