using System.Globalization;
using AgentInvest.Finance.Optimization;
using AgentInvest.Testing;

namespace AgentInvest.Finance.Tests.Optimization;

/// <summary>Tables of prices: recorded ones, and seeded walks where none are at hand.</summary>
internal static class Prices
{
    public static (string[] Symbols, ReturnTable Table) Recorded(string folder, string file)
    {
        var lines = File.ReadAllLines(Path.Combine(Checkout.Data(folder)!, file)).Select(l => l.Split(',')).ToArray();
        var symbols = lines[0][1..];
        return (
            symbols,
            ReturnTable.Of(
                symbols
                    .Select(
                        (_, i) =>
                            lines
                                .Skip(1)
                                .Select(l =>
                                    l[i + 1] is { Length: > 0 } text ? double.Parse(text, CultureInfo.InvariantCulture) : double.NaN
                                )
                                .ToArray()
                    )
                    .ToArray()
            )
        );
    }

    public static ReturnTable Walk(int seed, int assets, int days)
    {
        var random = new Random(seed);
        var prices = Enumerable.Range(0, assets).Select(_ => new double[days]).ToArray();
        for (var t = 0; t < days; t++)
        {
            var market = random.NextDouble() - 0.5;
            for (var i = 0; i < assets; i++)
                prices[i][t] = t == 0 ? 100 : prices[i][t - 1] * (1 + 0.02 * market + 0.03 * (random.NextDouble() - 0.49) * (1 + i % 3));
        }
        return ReturnTable.Of(prices);
    }
}
