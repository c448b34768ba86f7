using System.Globalization;
using AgentInvest.Finance.Lots;
using AgentInvest.Finance.Performance;

namespace AgentInvest.Bench;

/// <summary>
/// The arithmetic of the ledger: 15,000 transactions over 250 symbols and ten years, lots and all returns, beside <see cref="PerDay"/>,
/// which works out each day from all transactions up to it, as a spreadsheet or a first draft would. The growth exponent is that of time
/// over the number of transactions, from half to twice as many in the same market. Times are of the processor, on which nothing else here
/// depends, and the medians of alternating rounds: on a busy machine they move least.
/// </summary>
internal static class BooksBench
{
    private const int Rounds = 5;
    private const int Transactions = 15_000;

    public static int Run()
    {
        var market = BooksSample.Market();
        List<LedgerEntry> half = BooksSample.Ledger(market, Transactions / 2),
            whole = BooksSample.Ledger(market, Transactions),
            twice = BooksSample.Ledger(market, Transactions * 2);
        var (ours, theirs) = Compare(() => Ours(whole, market), () => PerDay.Compute(whole, market, BooksSample.To), 3);
        Agree(Ours(whole, market), PerDay.Compute(whole, market, BooksSample.To));
        Show("portfolio-15k ms", ours, "per-day-recomputation", theirs);
        var (smaller, larger) = Compare(() => Ours(half, market), () => Ours(twice, market));
        var peerHalf = Time(() => PerDay.Compute(half, market, BooksSample.To));
        Show("portfolio-15k growth-exponent", Math.Log2(larger / smaller) / 2, "per-day-recomputation", Math.Log2(theirs / peerHalf), 2);

        // A booking one year back: what came before is taken over.
        var timeline = Timeline(whole, market);
        var back = BooksSample.To.AddYears(-1);
        var (changed, anew) = Compare(() => timeline.Changed(whole, market, back, BooksSample.To), () => Timeline(whole, market));
        Show("portfolio-15k backdated-ms", changed, "computed-anew", anew);
        var (month, all) = Compare(
            () => timeline.Performance(BooksSample.To.AddMonths(-1), BooksSample.To),
            () => timeline.Performance(timeline.Begin, BooksSample.To)
        );
        Show("portfolio-15k range-1m-ms", month, "range-max-ms", all);

        foreach (var method in new[] { CostBasisMethod.Hifo, CostBasisMethod.Average }) Lots(method);
        return 0;
    }

    /// <summary>All of one symbol, by the methods for which a list has to be walked.</summary>
    private static void Lots(CostBasisMethod method)
    {
        List<LedgerEntry> some = BooksSample.OneSymbol(2_000), many = BooksSample.OneSymbol(8_000);
        var (ours, scan) = Compare(() => Book.Replay(some, method), () => LinearScan.Replay(some, method));
        var (oursMany, scanMany) = Compare(() => Book.Replay(many, method), () => LinearScan.Replay(many, method), 1);
        var name = method.ToString().ToLowerInvariant();
        Show($"lots-8k-{name} ms", oursMany, "linear-scan", scanMany);
        Show($"lots-8k-{name} growth-exponent", Math.Log2(oursMany / ours) / 2, "linear-scan", Math.Log2(scanMany / scan) / 2, 2);
    }

    private static BookTimeline Timeline(List<LedgerEntry> ledger, MarketHistory market) =>
        BookTimeline.Compute(ledger, market, CostBasisMethod.Hifo, BooksSample.To, "USD");

    private static PerformanceResult Ours(List<LedgerEntry> ledger, MarketHistory market)
    {
        var timeline = Timeline(ledger, market);
        return timeline.Performance(timeline.Begin, BooksSample.To);
    }

    private static void Agree(PerformanceResult ours, PerDay.Result theirs)
    {
        if (
            Math.Abs(ours.End - theirs.Value) > 0.01m
            || Math.Abs(ours.Twr!.Value - theirs.Twr) > 1e-9m
            || Math.Abs(ours.NetInvested - theirs.NetInvested) > 0.01m
        )
            throw new InvalidOperationException(
                $"The two sides do not agree: {ours.End} and {theirs.Value}, {ours.Twr} and {theirs.Twr}, "
                    + $"{ours.NetInvested} and {theirs.NetInvested}."
            );
    }

    private static (double Ours, double Theirs) Compare(Func<object> ours, Func<object> theirs, int peerRounds = Rounds)
    {
        List<double> mine = [], their = [];
        // Warm-up, until tiered compilation is over.
        for (var i = 0; i < 3; i++) Time(ours);
        for (var i = 0; i < 3 && peerRounds == Rounds; i++) Time(theirs);
        for (var round = 0; round < Rounds; round++)
        {
            mine.Add(Time(ours));
            if (round < peerRounds) their.Add(Time(theirs));
        }
        return (Median(mine), Median(their));
    }

    private static double Time(Func<object> work)
    {
        GC.Collect();
        var before = Environment.CpuUsage.TotalTime;
        GC.KeepAlive(work());
        return (Environment.CpuUsage.TotalTime - before).TotalMilliseconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static void Show(string metric, double value, string peer, double peerValue, int digits = 1) =>
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"bench {metric} {Math.Round(value, digits)} peer {peer} {Math.Round(peerValue, digits)} ratio {peerValue / value:0.00}"
            )
        );
}

/// <summary>Books of ten years, the same each time.</summary>
internal static class BooksSample
{
    private const int Symbols = 250;
    private static readonly DateOnly From = new(2015, 1, 1);
    public static readonly DateOnly To = new(2024, 12, 31);

    /// <summary>A price for every working day; a fifth of the symbols is quoted in EUR.</summary>
    public static MarketHistory Market()
    {
        var random = new Random(20150101);
        var days = Enumerable
            .Range(0, To.DayNumber - From.DayNumber + 1)
            .Select(From.AddDays)
            .Where(d => d.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday))
            .ToArray();
        PriceHistory Walk(double start, double volatility, int digits, string? currency)
        {
            var at = start;
            return new PriceHistory(
                days,
                Array.ConvertAll(days, _ => decimal.Round((decimal)(at *= Math.Exp(volatility * (random.NextDouble() - 0.498))), digits)),
                currency
            );
        }
        return new MarketHistory(
            Enumerable.Range(0, Symbols).ToDictionary(i => "S" + i, i => Walk(20 + random.Next(200), 0.04, 2, i % 5 == 0 ? "EUR" : "USD")),
            new Dictionary<string, PriceHistory> { ["EUR"] = Walk(1.1, 0.01, 4, null) }
        );
    }

    public static List<LedgerEntry> Ledger(MarketHistory market, int count)
    {
        var random = new Random(count);
        var held = new decimal[Symbols];
        var days = market.Prices["S0"].Days;
        var ledger = new List<LedgerEntry> { Entry(1, days[0], EntryKind.Deposit, null, amount: 10_000_000) };
        for (var n = 1; n < count; n++)
        {
            var (day, s) = (days[(int)((long)n * days.Length / count)], random.Next(Symbols));
            var (price, rate) = (market.Prices["S" + s].On(day)!.Value, s % 5 == 0 ? market.Rates["EUR"].On(day)!.Value : 1);
            var (kind, quantity) = random.Next(100) switch
            {
                < 5 when held[s] > 0 => (EntryKind.Dividend, 0m),
                < 40 when held[s] > 0 => (EntryKind.Sell, decimal.Round(held[s] * random.Next(10, 100) / 100, 4)),
                _ => (EntryKind.Buy, random.Next(1, 400) / 4m),
            };
            if (kind == EntryKind.Sell && quantity == 0) (kind, quantity) = (EntryKind.Buy, 1);
            held[s] += kind == EntryKind.Buy ? quantity : -quantity;
            ledger.Add(
                Entry(
                    n + 1,
                    day,
                    kind,
                    "S" + s,
                    quantity,
                    price,
                    kind == EntryKind.Dividend ? held[s] * 0.25m : 0,
                    kind == EntryKind.Dividend ? 0 : 1,
                    s % 5 == 0 ? "EUR" : "USD",
                    rate
                )
            );
        }
        return ledger;
    }

    /// <summary>Two purchases to each sale.</summary>
    public static List<LedgerEntry> OneSymbol(int count)
    {
        var random = new Random(count);
        return Enumerable
            .Range(0, count)
            .Select(n =>
                Entry(
                    n,
                    From.AddDays(n / 30),
                    n % 3 == 2 ? EntryKind.Sell : EntryKind.Buy,
                    "S",
                    n % 3 == 2 ? 1.5m : 2,
                    50 + random.Next(5000) / 100m,
                    fee: 1
                )
            )
            .ToList();
    }

    private static LedgerEntry Entry(
        long sequence,
        DateOnly day,
        EntryKind kind,
        string? symbol,
        decimal quantity = 0,
        decimal price = 0,
        decimal amount = 0,
        decimal fee = 0,
        string currency = "USD",
        decimal rate = 1
    ) =>
        new(
            new Guid((int)sequence, 0, 0, new byte[8]),
            new DateTimeOffset(day.ToDateTime(new TimeOnly(15, 0)), TimeSpan.Zero),
            sequence,
            kind,
            symbol,
            quantity,
            price,
            amount,
            fee,
            0,
            0,
            currency,
            rate
        );
}
