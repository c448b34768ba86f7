using System.Globalization;
using AgentInvest.Core;
using AgentInvest.Finance.Bars;
using AgentInvest.Market.Realtime;
using Microsoft.Extensions.Options;

namespace AgentInvest.Market.Providers;

/// <summary>
/// Recorded history from a folder: <c>SYMBOL.csv</c> (<c>date,open,high,low,close,volume</c>, raw prices) and <c>actions.csv</c>
/// (<c>symbol,lastDateBefore,kind,value</c>). Read once at start; a line that cannot be read stops the start, by file and line.
/// </summary>
[Singleton]
internal sealed class ReplayMarket : IMarketProvider
{
    private readonly Dictionary<string, Series> _series = new(StringComparer.Ordinal);

    private sealed record Series(Instrument Instrument, IReadOnlyList<Bar> Bars, IReadOnlyList<CorporateAction> Actions);

    public ReplayMarket(IOptions<MarketOptions> options)
    {
        if (options.Value.Replay.Path is not { Length: > 0 } given) return;
        var folder = Path.GetFullPath(
            given,
            Environment.GetEnvironmentVariable("AGENTINVEST_CALLER_DIR") is { Length: > 0 } caller
                ? caller
                : Directory.GetCurrentDirectory()
        );
        if (!Directory.Exists(folder)) throw new InvalidOperationException($"Market:Replay:Path: there is no folder {folder}.");
        var files = Directory
            .GetFiles(folder, "*.csv")
            .Where(f => !Path.GetFileName(f).Equals("actions.csv", StringComparison.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal)
            .ToList();
        var actions = ReadActions(Path.Combine(folder, "actions.csv"));
        foreach (var file in files)
        {
            var symbol = Path.GetFileNameWithoutExtension(file).ToUpperInvariant();
            var bars = ReadBars(file);
            if (bars.Count == 0) continue;
            var known = Universe.All.FirstOrDefault(l => l.Instrument.Symbol == symbol)?.Instrument;
            var instrument = known ?? new Instrument(symbol, symbol, "REPLAY", "USD", "equity", null, "US");
            _series[symbol] = new Series(
                instrument,
                bars,
                actions
                    .Where(a => a.Symbol == symbol)
                    .Select(a => Effective(a, bars, instrument.Currency))
                    .OrderBy(a => a.EffectiveOn)
                    .ToList()
            );
        }
        Instruments = _series.Values.Select(s => s.Instrument).ToList();
        Version = "replay 1 " + Fingerprint(files.Append(Path.Combine(folder, "actions.csv")));
    }

    public string Source => "replay";
    public string Version { get; } = "";
    public bool Ticks => false;
    public IReadOnlyCollection<Instrument> Instruments { get; } = [];

    public Instrument? Find(string symbol) => _series.TryGetValue(symbol, out var s) ? s.Instrument : null;

    public Quote QuoteOf(string symbol, DateTimeOffset now)
    {
        var (i, bars, _) = _series[symbol];
        var last = bars[^1];
        var previous = bars.Count > 1 ? bars[^2].C : last.O;
        return new Quote(
            symbol,
            i.Name,
            i.Exchange,
            i.Currency,
            last.C,
            last.O,
            last.H,
            last.L,
            previous,
            last.C - previous,
            previous == 0 ? 0 : decimal.Round(100 * (last.C - previous) / previous, 4),
            last.V,
            MarketState.Closed,
            Close(last),
            Source,
            true
        );
    }

    public QuoteTick TickOf(string symbol, DateTimeOffset now)
    {
        var last = _series[symbol].Bars[^1];
        return new QuoteTick(symbol, last.C, 0, last.C, last.C, Close(last), last.Day.DayNumber, null, Source);
    }

    public IReadOnlyList<Bar> Daily(string symbol, DateOnly from, DateOnly to, DateTimeOffset now) =>
        _series[symbol].Bars.Where(b => b.Day >= from && b.Day <= to).ToList();

    public IReadOnlyList<Bar> Minutes(string symbol, DateTimeOffset from, DateTimeOffset to, DateTimeOffset now) => [];

    public IReadOnlyList<CorporateAction> Actions(string symbol, DateTimeOffset now) => _series[symbol].Actions;

    private static string Fingerprint(IEnumerable<string> files) =>
        Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(
                System.Text.Encoding.UTF8.GetBytes(
                    string.Join(
                        '\n',
                        files.Where(File.Exists).Select(f => new FileInfo(f)).Select(f => $"{f.Name} {f.Length} {f.LastWriteTimeUtc.Ticks}")
                    )
                )
            )
        );

    private static DateTimeOffset Close(Bar bar) => ExchangeCalendar.Session(bar.Day).Close;

    private static CorporateAction Effective(RecordedAction action, List<Bar> bars, string currency)
    {
        // Before and after the recorded days only the calendar knows the first trading day.
        var next = bars[0].Day > action.LastDateBefore ? default : bars.FirstOrDefault(b => b.Day > action.LastDateBefore);
        return new CorporateAction(
            action.Symbol,
            action.LastDateBefore,
            next.T == default ? ExchangeCalendar.Next(action.LastDateBefore) : next.Day,
            action.Kind,
            action.Value,
            currency,
            "replay"
        );
    }

    private sealed record RecordedAction(string Symbol, DateOnly LastDateBefore, CorporateActionKind Kind, decimal Value);

    private static List<Bar> ReadBars(string file)
    {
        var bars = Read(
            file,
            "date,open,high,low,close,volume",
            f => new Bar(
                new DateTimeOffset(Date(f[0]).ToDateTime(default), TimeSpan.Zero),
                Positive(f[1]),
                Positive(f[2]),
                Positive(f[3]),
                Positive(f[4]),
                Number(f[5])
            )
        );
        for (var i = 1; i < bars.Count; i++)
            if (bars[i].T <= bars[i - 1].T) throw new InvalidOperationException($"{file}, line {i + 2}: the dates must rise.");
        return bars;
    }

    private static List<RecordedAction> ReadActions(string file) =>
        !File.Exists(file)
            ? []
            : Read(
                file,
                "symbol,lastDateBefore,kind,value",
                f => new RecordedAction(
                    f[0].ToUpperInvariant(),
                    Date(f[1]),
                    f[2] switch
                    {
                        "split" => CorporateActionKind.Split,
                        "dividend" => CorporateActionKind.Dividend,
                        var other => throw new FormatException($"kind '{other}' is neither split nor dividend"),
                    },
                    Positive(f[3])
                )
            );

    private static DateOnly Date(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static decimal Number(string text) =>
        decimal.Parse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture);

    private static decimal Positive(string text) =>
        Number(text) is > 0 and var value ? value : throw new FormatException($"'{text}' must be positive");

    /// <summary>Both formats are numbers, dates and names: a comma is always a separator, nothing is quoted.</summary>
    private static List<T> Read<T>(string file, string header, Func<string[], T> map)
    {
        var rows = new List<T>();
        var line = 0;
        try
        {
            foreach (var text in File.ReadLines(file))
            {
                if (++line == 1 && text != header) throw new FormatException($"the header must be {header}");
                if (line == 1 || text.Length == 0) continue;
                var fields = text.Split(',');
                if (fields.Length != header.Count(c => c == ',') + 1)
                    throw new FormatException($"{fields.Length} fields instead of those of the header");
                rows.Add(map(fields));
            }
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw new InvalidOperationException($"{file}, line {line}: {e.Message}", e);
        }
        return rows;
    }
}
