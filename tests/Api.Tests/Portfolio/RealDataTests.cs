using System.Globalization;

namespace AgentInvest.Api.Tests;

/// <summary>A book of sixteen years on recorded prices, beside a calculation that shares nothing with the product but the files.</summary>
public sealed class RealDataTests
{
    private static readonly DateOnly First = new(2005, 1, 3);
    private static readonly DateOnly Last = new(2021, 3, 31);

    private sealed class RealHost : TestHost
    {
        public override IReadOnlyDictionary<string, string?> Settings { get; } =
            new Dictionary<string, string?> { ["Market:Replay:Path"] = Checkout.Data("market") };
    }

    [DataFact("market")]
    public async Task A_book_through_three_splits_agrees_with_an_independent_calculation()
    {
        var host = new RealHost();
        await host.InitializeAsync();
        try
        {
            var user = await host.SignUpAsync();
            await user.BuyAsync("AAPL", 100, 63.32m, "2005-01-03T15:00:00Z");
            await user.BuyAsync("SPY", 50, 120.06m, "2005-01-03T15:00:00Z");
            var book = (await user.GetAsync("/v1/portfolio?asOf=2021-03-31")).Json;
            var performance = (await user.GetAsync("/v1/portfolio/performance?from=2005-01-02&to=2021-03-31")).Json;

            var expected = Calculate(("AAPL", 100, 63.32m), ("SPY", 50, 120.06m));
            var held = book.GetProperty("holdings")
                .EnumerateArray()
                .ToDictionary(h => h.GetProperty("symbol").GetString()!, h => h.GetProperty("quantity").GetDecimal());
            Assert.Equal((5600m, 50m), (held["AAPL"], held["SPY"]));
            Assert.Equal(expected.Quantities, held);
            Assert.Equal(expected.Value, book.GetProperty("totals").GetProperty("marketValue").GetDecimal());
            Assert.Equal(expected.Dividends, book.GetProperty("totals").GetProperty("dividends").GetDecimal());
            Assert.Equal(expected.Value, performance.GetProperty("end").GetDecimal());
            Assert.Equal(expected.Twr, performance.GetProperty("twr").GetDouble(), 1e-9 * expected.Twr);
            Assert.Equal(expected.Xirr, performance.GetProperty("xirr").GetDouble(), 1e-9);
            Assert.Equal(["2005-02-28 2", "2014-06-09 7", "2020-08-31 4"], await SplitsAsync(user));
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    private static async Task<IEnumerable<string>> SplitsAsync(TestUser user) =>
        (await user.GetAsync("/v1/portfolio/transactions?type=split&limit=200")).Json.GetProperty("items").EnumerateArray()
            .Select(s => $"{s.GetProperty("executedAt").GetString()![..10]} {s.GetProperty("ratio").GetDecimal()}").Order().ToList();

    private sealed record Expected(Dictionary<string, decimal> Quantities, decimal Value, decimal Dividends, double Twr, double Xirr);

    /// <summary>Day by day with plain loops: purchases enter at the start of the first day, dividends leave at the end of theirs.</summary>
    private static Expected Calculate(params (string Symbol, decimal Quantity, decimal Price)[] purchases)
    {
        var folder = Checkout.Data("market")!;
        var closes = purchases.ToDictionary(
            p => p.Symbol,
            p =>
                File.ReadLines(Path.Combine(folder, p.Symbol + ".csv"))
                    .Skip(1)
                    .Select(l => l.Split(','))
                    .ToDictionary(c => Day(c[0]), c => Number(c[4]))
        );
        var actions = File.ReadLines(Path.Combine(folder, "actions.csv")).Skip(1).Select(l => l.Split(',')).ToList();
        var held = purchases.ToDictionary(p => p.Symbol, p => p.Quantity);
        var price = new Dictionary<string, decimal>();
        var paid = new List<(DateOnly Day, decimal Amount)> { (First, -purchases.Sum(p => p.Quantity * p.Price)) };
        var dividends = 0m;
        var before = -paid[0].Amount;
        var growth = 1.0;
        for (var day = First; day <= Last; day = day.AddDays(1))
        {
            var income = 0m;
            foreach (var symbol in held.Keys.ToList())
            {
                var series = closes[symbol];
                if (!series.TryGetValue(day, out var close)) continue;
                // What took effect since the last day with a price, on this one.
                var lastDay = series.Keys.Where(d => d < day).Max();
                foreach (var action in actions.Where(a => a[0] == symbol && day > First && Day(a[1]) >= lastDay && Day(a[1]) < day))
                {
                    // A dividend is declared per share as it stood before the day.
                    if (action[2] == "dividend") income += held[symbol] * Number(action[3]);
                }
                foreach (
                    var action in actions.Where(a =>
                        a[0] == symbol && day > First && a[2] == "split" && Day(a[1]) >= lastDay && Day(a[1]) < day
                    )
                )
                    held[symbol] *= Number(action[3]);
                price[symbol] = close;
            }
            if (income != 0) paid.Add((day, income));
            dividends += income;
            var value = held.Sum(h => h.Value * price[h.Key]);
            growth *= (double)(value + income) / (double)before;
            before = value;
        }
        var flows = paid.Append((Last, before)).ToList();
        return new Expected(held, before, dividends, growth - 1, Bisect(flows));
    }

    private static double Bisect(List<(DateOnly Day, decimal Amount)> flows)
    {
        double Worth(double rate) => flows.Sum(f => (double)f.Amount * Math.Pow(1 + rate, -(f.Day.DayNumber - First.DayNumber) / 365.0));
        var (low, high) = (-0.9, 10.0);
        for (var i = 0; i < 200; i++)
        {
            var middle = (low + high) / 2;
            if (Worth(middle) > 0) low = middle;
            else high = middle;
        }
        return low;
    }

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);
    private static decimal Number(string text) => decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
}
