using AgentInvest.Core;
using AgentInvest.Finance.Bars;
using AgentInvest.Market.Realtime;
using Microsoft.Extensions.Options;

namespace AgentInvest.Market.Providers;

/// <summary>The embedded market: about 60 well-known names at invented prices, the same for the same seed.</summary>
[Singleton]
internal sealed class SimulatedMarket : IMarketProvider
{
    public const string SourceName = "simulated";
    private const int MinuteDays = 7;

    /// <summary>The seconds whose prices make a minute bar: those of ticks, so that both agree.</summary>
    private static readonly int[] Samples = [0, 12, 24, 36, 48, 59];
    private readonly Dictionary<string, SimulatedSeries> _series;
    private readonly int _ticksPerSecond;

    public SimulatedMarket(IOptions<MarketOptions> options)
    {
        var settings = options.Value.Simulated;
        var listings = settings.SymbolList is { Count: > 0 } names
            ? names
                .Select(n => Universe.All.FirstOrDefault(l => l.Instrument.Symbol == n) ?? Universe.Invented(n))
                .Concat(Universe.All.Where(l => l.IsFx))
            : Universe.All;
        _series = listings
            .DistinctBy(l => l.Instrument.Symbol)
            .ToDictionary(l => l.Instrument.Symbol, l => new SimulatedSeries(l, settings.Seed), StringComparer.Ordinal);
        _ticksPerSecond = settings.TicksPerSecond;
        // Whatever shapes the series is in it: prices stored from another shape must not stand beside these.
        Version = $"simulated 2 {settings.Seed} {Noise.Key(settings.Seed, string.Join('\n', _series.Values.Select(s => s.Listing))):x16}";
        Instruments = _series.Values.Select(s => s.Listing.Instrument).ToList();
    }

    public string Source => SourceName;
    public string Version { get; }
    public bool Ticks => true;
    public IReadOnlyCollection<Instrument> Instruments { get; }

    public Instrument? Find(string symbol) => _series.TryGetValue(symbol, out var s) ? s.Listing.Instrument : null;

    /// <summary>The number of the tick at an instant: all symbols tick together, counted from 1970.</summary>
    public long TickNumber(DateTimeOffset at) => at.ToUnixTimeMilliseconds() * _ticksPerSecond / 1000;

    public DateTimeOffset TickTime(long number) =>
        DateTimeOffset.FromUnixTimeMilliseconds((number * 1000 + _ticksPerSecond - 1) / _ticksPerSecond);

    public QuoteTick TickOf(string symbol, DateTimeOffset now) => Tick(symbol, TickNumber(now));

    public QuoteTick Tick(string symbol, long number)
    {
        var series = _series[symbol];
        var at = TickTime(number);
        var (day, _) = series.Day(Day(at));
        var price = series.PriceAt(day, at);
        var cent = series.Listing.IsFx ? 0.00001m : 0.01m;
        var key = Noise.Key(number, symbol);
        return new QuoteTick(
            symbol,
            price,
            series.Listing.IsFx ? 0 : 1 + (int)(Noise.Uniform(key, 1) * 400),
            price - cent,
            price + cent,
            at,
            number,
            null,
            SourceName
        );
    }

    public Quote QuoteOf(string symbol, DateTimeOffset now)
    {
        var series = _series[symbol];
        var at = TickTime(TickNumber(now));
        var (day, previous) = series.Day(Day(at));
        var price = series.PriceAt(day, at);
        var (high, low) = series.Extremes(day, at);
        var i = series.Listing.Instrument;
        var passed = (decimal)((at - day.T) / TimeSpan.FromDays(1));
        return new Quote(
            symbol,
            i.Name,
            i.Exchange,
            i.Currency,
            price,
            day.O,
            Math.Max(high, price),
            Math.Min(low, price),
            previous,
            price - previous,
            previous == 0 ? 0 : decimal.Round(100 * (price - previous) / previous, 4),
            decimal.Floor(day.V * passed),
            StateOf(series, at),
            at,
            SourceName,
            false
        );
    }

    public IReadOnlyList<Bar> Daily(string symbol, DateOnly from, DateOnly to, DateTimeOffset now) =>
        _series[symbol].Finished(from, to, Day(now));

    public IReadOnlyList<Bar> Minutes(string symbol, DateTimeOffset from, DateTimeOffset to, DateTimeOffset now)
    {
        var series = _series[symbol];
        var bars = new List<Bar>();
        var earliest = new DateTimeOffset(now.UtcDateTime.Date.AddDays(-MinuteDays), TimeSpan.Zero);
        if (from < earliest) from = earliest;
        for (
            var start = new DateTimeOffset(from.Ticks - from.Ticks % TimeSpan.TicksPerMinute, TimeSpan.Zero);
            start <= to && start.AddMinutes(1) <= now;
            start = start.AddMinutes(1)
        )
        {
            if (start < from || !series.Trades(Day(start)) || !IsOpen(series, start)) continue;
            var (day, _) = series.Day(Day(start));
            var prices = Samples.Select(s => series.PriceAt(day, start.AddSeconds(s))).ToArray();
            bars.Add(new Bar(start, prices[0], prices.Max(), prices.Min(), prices[^1], decimal.Floor(day.V / 390)));
        }
        return bars;
    }

    public IReadOnlyList<CorporateAction> Actions(string symbol, DateTimeOffset now) => _series[symbol].Actions(Day(now));

    private static MarketState StateOf(SimulatedSeries series, DateTimeOffset at) =>
        series.Trades(Day(at)) && IsOpen(series, at) ? MarketState.Open : MarketState.Closed;

    private static bool IsOpen(SimulatedSeries series, DateTimeOffset at)
    {
        if (series.Listing.IsCrypto || series.Listing.IsFx) return true;
        var (open, close) = ExchangeCalendar.Session(Day(at));
        return at >= open && at < close;
    }

    private static DateOnly Day(DateTimeOffset at) => DateOnly.FromDateTime(at.UtcDateTime);
}
