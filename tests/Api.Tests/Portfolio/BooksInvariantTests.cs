using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace AgentInvest.Api.Tests;

/// <summary>What holds for any books, over HTTP: seeded, so that a failure can be repeated.</summary>
public sealed class BooksInvariantTests(RecordedHost host) : IClassFixture<RecordedHost>
{
    private const string Transactions = "/v1/portfolio/transactions";

    [Theory]
    [InlineData(1, "fifo")]
    [InlineData(2, "lifo")]
    [InlineData(3, "hifo")]
    [InlineData(4, "average")]
    public async Task Books_are_the_same_in_whatever_order_they_were_entered(int seed, string method)
    {
        var random = new Random(seed);
        var user = await host.SignUpAsync();
        await user.PostAsync("/v1/portfolio/instruments", new { symbol = "@X", name = "X", currency = "CHF" });
        await user.SendAsync(
            HttpMethod.Put,
            "/v1/portfolio/instruments/@X/prices",
            JsonContent.Create(
                new { items = Enumerable.Range(1, 8).Select(d => new { date = $"2024-01-0{d}", price = random.Next(80, 120) }) }
            )
        );
        await user.SendAsync(
            HttpMethod.Put,
            "/v1/portfolio/rates/CHFUSD",
            JsonContent.Create(
                new { items = Enumerable.Range(1, 8).Select(d => new { date = $"2024-01-0{d}", rate = 1 + random.Next(0, 2000) / 10000m }) }
            )
        );
        var entries = Entries(random).ToList();
        var straight = await CreateAsync(user, method);
        foreach (var entry in entries) await ExpectCreatedAsync(user.PostAsync($"{Transactions}?portfolioId={straight}", entry));
        var shuffled = await CreateAsync(user, method);
        // What cannot be booked yet, for what it sells is not there, is tried again later.
        var waiting = entries.OrderBy(_ => random.Next()).ToList();
        for (var round = 0; waiting.Count > 0; round++)
        {
            Assert.True(round < 50);
            foreach (var entry in waiting.ToList())
            {
                var reply = await user.PostAsync($"{Transactions}?portfolioId={shuffled}", entry);
                if (reply.Status == HttpStatusCode.Created) waiting.Remove(entry);
                else Assert.Equal("insufficient_quantity", reply.Code);
            }
        }
        Assert.Equal(
            await BooksCorrectionTests.StateAsync(user, "portfolioId=" + straight),
            await BooksCorrectionTests.StateAsync(user, "portfolioId=" + shuffled)
        );
        await SumsAsync(user, straight);
    }

    private static async Task SumsAsync(TestUser user, string portfolio)
    {
        var book = (await user.GetAsync($"/v1/portfolio?asOf=2024-01-08&portfolioId={portfolio}")).Json;
        var totals = book.GetProperty("totals");
        decimal T(string name) => Number(totals, name);
        Assert.Equal(
            T("realizedPnl") + T("unrealizedPnl") + T("dividends") + T("interest") - T("fees") - T("taxes") + T("fxOnCash"),
            T("absoluteGain"),
            8
        );
        var performance = (await user.GetAsync($"/v1/portfolio/performance?from=2023-12-31&to=2024-01-08&portfolioId={portfolio}")).Json;
        Assert.Equal(T("absoluteGain"), Number(performance, "absoluteGain"), 8);
        Assert.Equal(T("marketValue") + T("cash"), Number(performance, "end"), 8);
        var parts = performance.GetProperty("parts").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetDecimal());
        Assert.Equal(
            T("absoluteGain"),
            parts["price"]
                + parts["fx"]
                + parts["dividends"]
                + parts["interest"]
                - parts["fees"]
                - parts["taxes"]
                + parts["cashFx"]
                + parts["transferred"],
            8
        );
        var lots = (await user.GetAsync($"/v1/portfolio/lots?portfolioId={portfolio}")).Json.GetProperty("items").EnumerateArray().ToList();
        foreach (var holding in book.GetProperty("holdings").EnumerateArray())
        {
            var own = lots.Where(l => l.GetProperty("symbol").GetString() == holding.GetProperty("symbol").GetString()).ToList();
            Assert.Equal(Number(holding, "quantity"), own.Sum(l => Number(l, "remaining")));
            // The tax view has the fees of the purchases inside.
            Assert.InRange(own.Sum(l => Number(l, "cost")) - Number(holding, "cost"), 0, T("fees"));
            Assert.True(Number(holding, "quantity") > 0);
        }
    }

    private static IEnumerable<object> Entries(Random random)
    {
        var second = 0;
        string At(int day) => $"2024-01-0{day}T{12 + second / 60}:{second++ % 60:00}:00Z";
        yield return new { type = "deposit", amount = 5000, executedAt = "2024-01-01T10:00:00Z" };
        yield return new { type = "deposit", amount = 2000, currency = "CHF", executedAt = "2024-01-01T10:30:00Z" };
        foreach (var symbol in new[] { "@X", "ACME", "BETA" })
            yield return new
            {
                type = "buy",
                symbol,
                quantity = 40,
                price = random.Next(50, 150),
                fee = 1.5,
                executedAt = At(2),
            };
        for (var day = 2; day <= 8; day++)
        {
            var symbol = random.Next(3) switch { 0 => "@X", 1 => "ACME", _ => "BETA" };
            yield return new
            {
                type = "buy",
                symbol,
                quantity = decimal.Round(random.Next(1, 900) / 13m, 10),
                price = decimal.Round(random.Next(100, 2000) / 17m, 10),
                fee = random.Next(0, 3),
                executedAt = At(day),
            };
            yield return new
            {
                type = "sell",
                symbol,
                quantity = decimal.Round(random.Next(1, 300) / 11m, 10),
                price = decimal.Round(random.Next(100, 2000) / 17m, 10),
                fee = random.Next(0, 3),
                tax = random.Next(0, 2),
                executedAt = At(day),
            };
            if (day == 3) yield return new { type = "split", symbol = "BETA", ratio = 3, executedAt = At(day) };
            if (day == 4) yield return new { type = "transferOut", symbol = "@X", quantity = 3, executedAt = At(day) };
            if (day == 5) yield return new { type = "dividend", symbol = "@X", amount = 12.34, tax = 4.32, executedAt = At(day) };
            if (day == 6) yield return new { type = "interest", amount = 3.21, currency = "CHF", executedAt = At(day) };
            if (day == 7) yield return new { type = "withdrawal", amount = 150, executedAt = At(day) };
        }
    }

    private static async Task<string> CreateAsync(TestUser user, string costBasisMethod) =>
        (await user.PostAsync("/v1/portfolios", new { name = "Books", costBasisMethod })).Json.GetProperty("id").GetString()!;

    private static async Task ExpectCreatedAsync(Task<Reply> asked)
    {
        var reply = await asked;
        Assert.True(reply.Status == HttpStatusCode.Created, reply.Text);
    }

    private static decimal Number(JsonElement json, string name) => json.GetProperty(name).GetDecimal();
}
