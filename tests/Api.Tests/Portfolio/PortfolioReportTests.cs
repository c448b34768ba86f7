using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace AgentInvest.Api.Tests;

/// <summary>Published figures, through the API.</summary>
public sealed class PortfolioReportTests(RecordedHost host) : IClassFixture<RecordedHost>
{
    private const string Transactions = "/v1/portfolio/transactions";

    [Theory]
    [InlineData("fifo", 4400.74, 98.12, 10199.26)]
    [InlineData("average", 4383.74, 81.12, 10216.26)]
    public async Task The_figures_of_a_published_example_follow_the_method(
        string method,
        decimal cost,
        decimal realized,
        decimal unrealized
    )
    {
        var user = await WithAssetAsync(100);
        await BookAsync(user, "buy", 109, 3149.20m, "2020-01-02");
        await BookAsync(user, "buy", 52, 1684.92m, "2020-02-03");
        var sold = await BookAsync(user, "sell", 15, 531.50m, "2020-03-02");
        await MethodAsync(user, method); // changed afterwards: all is derived anew
        var totals = (await user.GetAsync("/v1/portfolio")).Json.GetProperty("totals");
        Assert.Equal(
            (cost, realized, unrealized),
            (
                Math.Round(Number(totals, "cost"), 2),
                Math.Round(Number(totals, "realizedPnl"), 2),
                Math.Round(Number(totals, "unrealizedPnl"), 2)
            )
        );
        Assert.Equal(realized, Math.Round(Number((await user.GetAsync($"{Transactions}/{Text(sold.Json, "id")}")).Json, "realizedPnl"), 2));
        Assert.Equal(2, (await user.GetAsync("/v1/portfolio/lots")).Json.GetProperty("items").GetArrayLength());
    }

    [Theory]
    [InlineData("fifo", false, 733.33)]
    [InlineData("lifo", false, 844.43)]
    [InlineData("hifo", false, 844.43)]
    [InlineData("specific", true, 799.99)] // the second lot, then 2 of the third
    public async Task The_method_decides_what_a_sale_closes(string method, bool named, decimal cost)
    {
        var user = await WithAssetAsync(120);
        var lots = new List<string>();
        foreach (var (quantity, price, day) in new[] { (4, 100.00m, "2020-01-02"), (5, 111.11m, "2020-01-03"), (6, 122.22m, "2020-01-06") })
            lots.Add(
                Text(
                    (
                        await user.PostAsync(
                            Transactions,
                            new
                            {
                                type = "buy",
                                symbol = "@X",
                                quantity,
                                price,
                                executedAt = day + "T15:00:00Z",
                            }
                        )
                    ).Json,
                    "id"
                )
            );
        if (!named) await MethodAsync(user, method);
        else
        {
            Assert.Equal(
                "validation_failed",
                (
                    await user.PostAsync(
                        Transactions,
                        new
                        {
                            type = "sell",
                            symbol = "@X",
                            quantity = 7,
                            price = 130,
                            lotIds = lots,
                            executedAt = "2020-01-07T15:00:00Z",
                        }
                    )
                ).Code
            );
            await MethodAsync(user, method);
            // A lot that does not hold enough is no choice.
            Assert.Equal(
                "insufficient_quantity",
                (
                    await user.PostAsync(
                        Transactions,
                        new
                        {
                            type = "sell",
                            symbol = "@X",
                            quantity = 7,
                            price = 130,
                            lotIds = new[] { lots[2] },
                            executedAt = "2020-01-07T15:00:00Z",
                        }
                    )
                ).Code
            );
        }
        var sold = await user.PostAsync(
            Transactions,
            new
            {
                type = "sell",
                symbol = "@X",
                quantity = 7,
                price = 130,
                lotIds = named ? new[] { lots[1], lots[2] } : null,
                executedAt = "2020-01-07T15:00:00Z",
            }
        );
        Assert.Equal(7 * 130 - cost, Number(sold.Json, "realizedPnl"));
        Assert.Equal(
            8m,
            (await user.GetAsync("/v1/portfolio/lots?symbol=@x"))
                .Json.GetProperty("items")
                .EnumerateArray()
                .Sum(l => Number(l, "remaining"))
        );
    }

    [Fact]
    public async Task A_wash_sale_is_disallowed_share_for_share_as_in_Publication_550()
    {
        var user = await WithAssetAsync(60);
        await BookAsync(user, "buy", 100, 5000, "2013-09-26");
        await BookAsync(user, "buy", 50, 2750, "2013-12-19");
        await BookAsync(user, "buy", 25, 1125, "2013-12-27");
        await BookAsync(user, "sell", 100, 4000, "2014-01-09");
        var realized = (await user.GetAsync("/v1/portfolio/realized?year=2014&regime=us")).Json;
        var totals = realized.GetProperty("totals");
        Assert.Equal(
            (4000m, 5000m, -1000m, 750m, -250m),
            (
                Number(totals, "proceeds"),
                Number(totals, "cost"),
                Number(totals, "gain"),
                Number(totals, "disallowed"),
                Number(totals, "taxable")
            )
        );
        Assert.Equal(750m, realized.GetProperty("items").EnumerateArray().Sum(i => Number(i.GetProperty("washSale"), "disallowed")));
        Assert.Equal(
            ("short", "2013-09-26"),
            (Text(realized.GetProperty("items")[0], "term"), Text(realized.GetProperty("items")[0], "acquiredAt")[..10])
        );
        Assert.Equal(
            [3250m, 1375m],
            (await user.GetAsync("/v1/portfolio/lots?regime=us"))
                .Json.GetProperty("items")
                .EnumerateArray()
                .Where(l => Number(l, "remaining") > 0)
                .Select(l => Number(l, "cost"))
        );
        Assert.Equal(
            [2750m, 1125m],
            (await user.GetAsync("/v1/portfolio/lots"))
                .Json.GetProperty("items")
                .EnumerateArray()
                .Where(l => Number(l, "remaining") > 0)
                .Select(l => Number(l, "cost"))
        );
        Assert.Equal(0, (await user.GetAsync("/v1/portfolio/realized?year=2013")).Json.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task Section_104_gains_follow_the_helpsheet()
    {
        // HMRC HS284 (2021), example 3: 1,000 shares for 4,000 + 150, 500 for 2,050 + 80; 700 sold for 3,360 − 100, 400 for 2,080
        // − 105.
        var user = await WithAssetAsync(5);
        await BookAsync(user, "buy", 1000, 4150, "2014-04-01");
        await BookAsync(user, "buy", 500, 2130, "2017-09-01");
        await BookAsync(user, "sell", 700, 3260, "2020-05-01");
        await BookAsync(user, "sell", 400, 1975, "2021-02-01");
        var items = (await user.GetAsync("/v1/portfolio/realized?regime=uk")).Json.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(["section104", "section104"], items.Select(i => Text(i, "rule")));
        Assert.Equal([2930.67m, 1674.67m], items.Select(i => Math.Round(Number(i, "cost"), 2)));
        Assert.Equal(400m, Number((await user.GetAsync("/v1/portfolio/lots?regime=uk")).Json.GetProperty("items")[0], "remaining"));
    }

    [Fact]
    public async Task The_weights_of_an_allocation_with_cash_add_up_to_one()
    {
        var user = await host.SignUpAsync();
        await user.PostAsync(Transactions, new { type = "deposit", amount = 1000, executedAt = "2024-01-02T10:00:00Z" });
        await user.BuyAsync("BETA", 30, 10, "2024-01-02T15:00:00Z");
        await user.BuyAsync("MSFT", 1, 100, "2024-01-02T15:00:00Z");
        foreach (var by in new[] { "asset", "sector", "class", "currency", "country" })
        {
            var items = (await user.GetAsync("/v1/portfolio/allocation?by=" + by)).Json.GetProperty("items").EnumerateArray().ToList();
            Assert.Equal(1m, items.Sum(i => Number(i, "weight")));
            Assert.Equal(by != "currency", items.Any(i => Text(i, "key") == "cash"));
        }
        Assert.Equal("validation_failed", (await user.GetAsync("/v1/portfolio/allocation?by=colour")).Code);
    }

    [Fact]
    public async Task A_dividend_forecast_comes_with_its_backtest()
    {
        var user = await host.SignUpAsync();
        await user.BuyAsync("ACME", 10, 100, "2024-01-02T15:00:00Z");
        await user.BuyAsync("JPM", 10, 100, "2022-01-03T15:00:00Z");
        var of2024 = (await user.GetAsync("/v1/portfolio/dividends?year=2024&symbol=ACME")).Json;
        Assert.Equal((20m, 1), (Number(of2024, "total"), of2024.GetProperty("items").GetArrayLength()));
        var all = (await user.GetAsync("/v1/portfolio/dividends?forecast=true")).Json;
        Assert.Equal(Number(all.GetProperty("forecast").GetProperty("backtest"), "actual"), Number(all.GetProperty("trailing"), "amount"));
        Assert.Equal(4, all.GetProperty("forecast").GetProperty("items").GetArrayLength());
        Assert.InRange(Number(all.GetProperty("trailing"), "onValue"), 0.0001m, 0.2m);
    }

    [Fact]
    public async Task A_link_shows_amounts_only_with_the_scope_for_values()
    {
        var user = await host.SignUpAsync();
        await user.BuyAsync("BETA", 30, 8, "2024-01-02T15:00:00Z");
        var plain = (await user.PostAsync("/v1/portfolio/shares", new { scopes = Array.Empty<string>() })).Json;
        var full = (
            await user.PostAsync("/v1/portfolio/shares", new { scopes = new[] { "values" }, expiresAt = "2999-01-01T00:00:00Z" })
        ).Json;
        var nobody = new TestUser(host.Url, "", "");
        var shown = await nobody.GetAsync("/v1/shared/" + Text(plain, "token"));
        Assert.Equal(
            (HttpStatusCode.OK, 1m, 25m),
            (shown.Status, Number(shown.Json.GetProperty("holdings")[0], "weight"), Number(shown.Json, "unrealizedPnlPercent"))
        );
        Assert.DoesNotContain("300", shown.Text, StringComparison.Ordinal);
        Assert.Equal(300m, Number((await nobody.GetAsync("/v1/shared/" + Text(full, "token"))).Json.GetProperty("totals"), "marketValue"));
        Assert.Equal(2, (await user.GetAsync("/v1/portfolio/shares")).Json.GetProperty("items").GetArrayLength());
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await user.PostAsync("/v1/portfolio/shares", new { scopes = new[] { "everything" } })).Status
        );
    }

    [Fact]
    public async Task The_list_of_links_does_not_show_their_tokens()
    {
        var user = await host.SignUpAsync();
        var plain = (await user.PostAsync("/v1/portfolio/shares", new { })).Json;
        Assert.DoesNotContain(Text(plain, "token"), (await user.GetAsync("/v1/portfolio/shares")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_ends_when_its_owner_deletes_it()
    {
        var user = await host.SignUpAsync();
        var nobody = new TestUser(host.Url, "", "");
        var plain = (await user.PostAsync("/v1/portfolio/shares", new { })).Json;
        Assert.Equal(HttpStatusCode.OK, (await nobody.GetAsync("/v1/shared/" + Text(plain, "token"))).Status);
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await (await host.SignUpAsync()).SendAsync(HttpMethod.Delete, "/v1/portfolio/shares/" + Text(plain, "id"), null)).Status
        );
        Assert.Equal(
            HttpStatusCode.NoContent,
            (await user.SendAsync(HttpMethod.Delete, "/v1/portfolio/shares/" + Text(plain, "id"), null)).Status
        );
        Assert.Equal(HttpStatusCode.NotFound, (await nobody.GetAsync("/v1/shared/" + Text(plain, "token"))).Status);
    }

    [Fact]
    public async Task Figures_larger_than_the_books_can_hold_are_refused_by_name()
    {
        var user = await WithAssetAsync(1);
        foreach (
            var body in new object[]
            {
                new
                {
                    type = "buy",
                    symbol = "@X",
                    quantity = 0.0000000001m,
                    amount = 1e17m,
                    executedAt = "2024-01-02T15:00:00Z",
                },
                new
                {
                    type = "deposit",
                    amount = 1e17m,
                    currency = "EUR",
                    fxRate = 1e17m,
                    executedAt = "2024-01-02T15:00:00Z",
                },
                new
                {
                    type = "buy",
                    symbol = "@X",
                    quantity = 1e17m,
                    price = 0,
                    fxRate = 1,
                    executedAt = "2024-01-02T15:00:00Z",
                },
                new
                {
                    type = "spinoff",
                    symbol = "@X",
                    newSymbol = "@X",
                    ratio = 1,
                    costFraction = 0.5,
                    executedAt = "2024-01-02T15:00:00Z",
                },
                new
                {
                    type = "merger",
                    symbol = "@X",
                    ratio = 0,
                    executedAt = "2024-01-02T15:00:00Z",
                },
                new
                {
                    type = "transferIn",
                    quantity = 1,
                    executedAt = "2024-01-02T15:00:00Z",
                },
                new
                {
                    type = "buy",
                    symbol = "@X",
                    quantity = 1,
                    price = 1,
                    acquiredAt = "2024-01-02T15:00:00Z",
                    executedAt = "2024-01-02T15:00:00Z",
                },
            }
        )
            Assert.Equal("validation_failed", (await user.PostAsync(Transactions, body)).Code);
        await user.PostAsync(
            Transactions,
            new
            {
                type = "buy",
                symbol = "@X",
                quantity = 1e12m,
                price = 1,
                executedAt = "2024-01-02T15:00:00Z",
            }
        );
        var replies = new List<Reply>();
        for (var i = 0; i < 4; i++)
            replies.Add(
                await user.PostAsync(
                    Transactions,
                    new
                    {
                        type = "split",
                        symbol = "@X",
                        ratio = 1000000,
                        executedAt = "2024-01-03T15:00:00Z",
                    }
                )
            );
        Assert.All(replies, r => Assert.Contains((int)r.Status, new[] { 201, 400 }));
        Assert.Equal(HttpStatusCode.OK, (await user.GetAsync("/v1/portfolio")).Status);
        Assert.Equal(HttpStatusCode.OK, (await user.GetAsync("/v1/portfolio/performance")).Status);
    }

    /// <summary>A user with an asset @X at one price since long ago, so that no feed has a say.</summary>
    private async Task<TestUser> WithAssetAsync(decimal price)
    {
        var user = await host.SignUpAsync();
        await user.PostAsync("/v1/portfolio/instruments", new { symbol = "@X", name = "X", currency = "USD", @class = "equity" });
        await user.SendAsync(
            HttpMethod.Put,
            "/v1/portfolio/instruments/@X/prices",
            JsonContent.Create(new { items = new[] { new { date = "2010-01-04", price } } })
        );
        return user;
    }

    private static async Task<Reply> BookAsync(TestUser user, string type, decimal quantity, decimal amount, string day)
    {
        var reply = await user.PostAsync(Transactions, new { type, symbol = "@X", quantity, amount, executedAt = day + "T15:00:00Z" });
        Assert.True(reply.Status == HttpStatusCode.Created, reply.Text);
        return reply;
    }

    private static async Task MethodAsync(TestUser user, string costBasisMethod) =>
        Assert.Equal(
            HttpStatusCode.OK,
            (
                await user.SendAsync(
                    HttpMethod.Patch,
                    $"/v1/portfolios/{Text((await user.GetAsync("/v1/portfolio")).Json, "id")}",
                    JsonContent.Create(new { costBasisMethod })
                )
            ).Status
        );

    private static decimal Number(JsonElement json, string name) => json.GetProperty(name).GetDecimal();
    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
