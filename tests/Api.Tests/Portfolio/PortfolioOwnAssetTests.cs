using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace AgentInvest.Api.Tests;

/// <summary>Assets, prices and rates of the user's own: every figure to the digit, for nothing else has a say in it.</summary>
public sealed class PortfolioOwnAssetTests(RecordedHost host) : IClassFixture<RecordedHost>
{
    private const string Transactions = "/v1/portfolio/transactions";

    [Fact]
    public async Task A_book_in_two_currencies_is_right_to_the_digit()
    {
        var user = await host.SignUpAsync();
        await ExpectAsync(
            201,
            user.PostAsync(
                "/v1/portfolio/instruments",
                new
                {
                    symbol = "@house",
                    name = "House",
                    currency = "CHF",
                    @class = "realEstate",
                }
            )
        );
        await PricesAsync(user, "@HOUSE", ("2024-01-02", 100m), ("2024-01-04", 110m), ("2024-01-05", 108m));
        await RatesAsync(user, "CHFUSD", ("2024-01-02", 1.10m), ("2024-01-04", 1.20m), ("2024-01-05", 1.25m));
        var bought = await ExpectAsync(
            201,
            user.PostAsync(
                Transactions,
                new
                {
                    type = "buy",
                    symbol = "@House",
                    quantity = 3,
                    price = 100,
                    fee = 2,
                    executedAt = "2024-01-02T15:00:00Z",
                }
            )
        );
        Assert.Equal(
            (1.1m, "CHF", 330m),
            (
                Number(bought.Json, "fxRate"),
                Text(bought.Json, "currency"),
                Number(bought.Json.GetProperty("lots").GetProperty("opened")[0], "cost")
            )
        );
        await ExpectAsync(
            201,
            user.PostAsync(
                Transactions,
                new
                {
                    type = "buy",
                    symbol = "@HOUSE",
                    quantity = 1,
                    price = 109.5,
                    fxRate = 1.3,
                    executedAt = "2024-01-04T15:00:00Z",
                }
            )
        ); // given, it wins over the day's
        await ExpectAsync(
            201,
            user.PostAsync(
                Transactions,
                new
                {
                    type = "sell",
                    symbol = "@HOUSE",
                    quantity = 2,
                    price = 111,
                    executedAt = "2024-01-05T15:00:00Z",
                }
            )
        );

        var on3rd = (await user.GetAsync("/v1/portfolio?asOf=2024-01-03")).Json; // carried forward
        Assert.Equal(
            (330m, 330m, 0m),
            (
                Number(on3rd.GetProperty("totals"), "marketValue"),
                Number(on3rd.GetProperty("totals"), "cost"),
                Number(on3rd.GetProperty("totals"), "unrealizedPnl")
            )
        );
        var book = (await user.GetAsync("/v1/portfolio?asOf=2024-01-05")).Json;
        var (totals, holding) = (book.GetProperty("totals"), book.GetProperty("holdings")[0]);
        // 1 @ 100 × 1.10 and 1 @ 109.5 × 1.30 are left; 2 @ 100 × 1.10 were sold for 111 × 1.25.
        var cost = 110m + 142.35m;
        Assert.Equal(
            (2m, 104.75m, cost, 108m, 1.25m, 270m, 270m - cost),
            (
                Number(holding, "quantity"),
                Number(holding, "averageCost"),
                Number(holding, "cost"),
                Number(holding, "price"),
                Number(holding, "fxRate"),
                Number(holding, "marketValue"),
                Number(holding, "unrealizedPnl")
            )
        );
        Assert.Equal((277.5m - 220m, 2.2m), (Number(totals, "realizedPnl"), Number(totals, "fees")));
        Assert.Equal(57.5m + 270m - cost - 2.2m, Number(totals, "absoluteGain"));
        Assert.Equal(2 * (108 * 1.25m - 110 * 1.20m), Number(totals, "dayChange"));
        var performance = (await user.GetAsync("/v1/portfolio/performance?from=2024-01-01&to=2024-01-05&benchmark=@HOUSE")).Json;
        Assert.Equal((270m, Number(totals, "absoluteGain")), (Number(performance, "end"), Number(performance, "absoluteGain")));
        var allocation = (await user.GetAsync("/v1/portfolio/allocation?by=class")).Json.GetProperty("items")[0];
        Assert.Equal(("realEstate", 1m), (Text(allocation, "key"), Number(allocation, "weight")));
        Assert.Equal("CHF", Text((await user.GetAsync("/v1/portfolio/allocation?by=currency")).Json.GetProperty("items")[0], "key"));
    }

    [Fact]
    public async Task Without_any_price_the_last_trade_counts_at_its_own_rate()
    {
        var user = await host.SignUpAsync();
        await user.PostAsync("/v1/portfolio/instruments", new { symbol = "@ART", name = "Picture", currency = "EUR" });
        await ExpectAsync(
            201,
            user.PostAsync(
                Transactions,
                new
                {
                    type = "buy",
                    symbol = "@ART",
                    quantity = 2,
                    amount = 500,
                    fxRate = 1.2,
                    executedAt = "2024-01-02T15:00:00Z",
                }
            )
        );
        var holding = (await user.GetAsync("/v1/portfolio")).Json.GetProperty("holdings")[0];
        Assert.Equal(
            (250m, 1.2m, 600m, "lastTrade"),
            (Number(holding, "price"), Number(holding, "fxRate"), Number(holding, "marketValue"), Text(holding, "source"))
        );
        await PricesAsync(user, "@ART", ("2024-01-03", 300m));
        Assert.Equal(
            (300m, "own", true),
            (
                Number((await user.GetAsync("/v1/portfolio")).Json.GetProperty("holdings")[0], "price"),
                Text((await user.GetAsync("/v1/portfolio")).Json.GetProperty("holdings")[0], "source"),
                true
            )
        );
    }

    [Fact]
    public async Task A_change_of_rate_of_cash_held_is_gain()
    {
        var user = await host.SignUpAsync();
        await RatesAsync(user, "USDCHF", ("2024-01-02", 0.80m), ("2024-01-08", 0.5m)); // a franc is 1.25, then 2 dollars
        await user.PostAsync(Transactions, new { type = "deposit", amount = 1000, currency = "CHF", executedAt = "2024-01-02T10:00:00Z" });
        await user.PostAsync(Transactions, new { type = "deposit", amount = 100, executedAt = "2024-01-02T10:00:00Z" });
        await user.BuyAsync("BETA", 5, 10, "2024-01-02T15:00:00Z");
        var first = (await user.GetAsync("/v1/portfolio?asOf=2024-01-05")).Json.GetProperty("totals");
        Assert.Equal((1300m, 0m), (Number(first, "cash"), Number(first, "absoluteGain")));
        var then = (await user.GetAsync("/v1/portfolio?asOf=2024-01-08")).Json;
        Assert.Equal(
            (2050m, 750m, 750m),
            (
                Number(then.GetProperty("totals"), "cash"),
                Number(then.GetProperty("totals"), "absoluteGain"),
                Number(then.GetProperty("totals"), "dayChange")
            )
        );
        Assert.Equal(["CHF", "USD"], then.GetProperty("cashBalances").EnumerateArray().Select(b => Text(b, "currency")));
        var performance = (await user.GetAsync("/v1/portfolio/performance?from=2024-01-01&to=2024-01-08")).Json;
        Assert.Equal((2100m, 750m), (Number(performance, "end"), Number(performance, "absoluteGain")));
    }

    [Fact]
    public async Task A_bad_instrument_is_refused()
    {
        var user = await host.SignUpAsync();
        await ExpectAsync(
            201,
            user.PostAsync(
                "/v1/portfolio/instruments",
                new
                {
                    symbol = "@X",
                    name = "X",
                    currency = "USD",
                    @class = "other",
                }
            )
        );
        Assert.Equal(
            "conflict",
            (
                await user.PostAsync(
                    "/v1/portfolio/instruments",
                    new
                    {
                        symbol = "@x",
                        name = "X",
                        currency = "USD",
                    }
                )
            ).Code
        );
        foreach (
            var bad in new object[]
            {
                new
                {
                    symbol = "X",
                    name = "X",
                    currency = "USD",
                },
                new
                {
                    symbol = "@",
                    name = "X",
                    currency = "USD",
                },
                new
                {
                    symbol = "@Y",
                    name = "",
                    currency = "USD",
                },
                new
                {
                    symbol = "@Y",
                    name = "Y",
                    currency = "ABC",
                },
                new
                {
                    symbol = "@Y",
                    name = "Y",
                    currency = "USD",
                    @class = "house",
                },
            }
        )
            Assert.Equal(HttpStatusCode.BadRequest, (await user.PostAsync("/v1/portfolio/instruments", bad)).Status);
        foreach (
            var (path, body) in new (string, object)[]
            {
                ("instruments/@X/prices", new { items = new[] { new { date = "2999-01-01", price = 1m } } }),
                ("instruments/@X/prices", new { items = new[] { new { date = "2024-01-01", price = -1m } } }),
                ("instruments/@X/prices", new { }),
                (
                    "instruments/@X/prices",
                    new { items = new[] { new { date = "2024-01-01", price = 1m }, new { date = "2024-01-01", price = 2m } } }
                ),
                ("rates/USD", new { items = Array.Empty<object>() }),
                ("rates/USDUSD", new { items = Array.Empty<object>() }),
                ("rates/USDCHF", new { items = new[] { new { date = "2024-01-01", rate = 0m } } }),
            }
        )
            Assert.Equal(
                HttpStatusCode.BadRequest,
                (await user.SendAsync(HttpMethod.Put, "/v1/portfolio/" + path, JsonContent.Create(body))).Status
            );
        Assert.Single((await user.GetAsync("/v1/portfolio/instruments")).Json.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Own_assets_are_nobody_elses()
    {
        var user = await host.SignUpAsync();
        await ExpectAsync(201, user.PostAsync("/v1/portfolio/instruments", new { symbol = "@X", name = "X", currency = "USD" }));
        var stranger = await host.SignUpAsync();
        Assert.Equal(0, (await stranger.GetAsync("/v1/portfolio/instruments")).Json.GetProperty("items").GetArrayLength());
        Assert.Equal(
            HttpStatusCode.NotFound,
            (
                await stranger.SendAsync(
                    HttpMethod.Put,
                    "/v1/portfolio/instruments/@X/prices",
                    JsonContent.Create(new { items = new[] { new { date = "2024-01-01", price = 1m } } })
                )
            ).Status
        );
        Assert.Equal("not_found", (await stranger.BuyAsync("@X", 1, 1, "2024-01-02T15:00:00Z")).Code);
    }

    [Fact]
    public async Task A_holding_is_brought_to_its_target_quantity()
    {
        var user = await host.SignUpAsync();
        var added = await ExpectAsync(
            201,
            user.PostAsync(
                "/v1/portfolio/assets",
                new
                {
                    symbol = "acme",
                    quantity = 4,
                    date = "2024-01-06",
                }
            )
        ); // a Saturday: Friday's close
        Assert.Equal(("buy", 52m), (Text(added.Json, "type"), Number(added.Json, "price")));
        var adjusted = await user.SendAsync(
            HttpMethod.Put,
            "/v1/portfolio/assets/ACME",
            JsonContent.Create(
                new
                {
                    targetQuantity = 1.5,
                    note = "core",
                    tags = new[] { "us" },
                }
            )
        );
        Assert.Equal(
            (1.5m, "sell", 2.5m, 50m),
            (
                Number(adjusted.Json, "quantity"),
                Text(adjusted.Json.GetProperty("transaction"), "type"),
                Number(adjusted.Json.GetProperty("transaction"), "quantity"),
                Number(adjusted.Json.GetProperty("transaction"), "price")
            )
        );
        var holding = (await user.GetAsync("/v1/portfolio")).Json.GetProperty("holdings")[0];
        Assert.Equal(
            ("core", "us", 1.5m),
            (Text(holding, "note"), holding.GetProperty("tags")[0].GetString(), Number(holding, "quantity"))
        );
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await user.SendAsync(HttpMethod.Put, "/v1/portfolio/assets/ACME", JsonContent.Create(new { targetQuantity = -1 }))).Status
        );
        Assert.Equal(HttpStatusCode.NoContent, (await user.SendAsync(HttpMethod.Delete, "/v1/portfolio/assets/ACME", null)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await user.SendAsync(HttpMethod.Delete, "/v1/portfolio/assets/ACME", null)).Status);
        Assert.Equal(3, (await user.GetAsync(Transactions + "?symbol=ACME")).Json.GetProperty("items").GetArrayLength());
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await user.PostAsync("/v1/portfolio/assets", new { symbol = "NOSUCH", quantity = 4 })).Status
        );
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (
                await user.PostAsync(
                    "/v1/portfolio/assets",
                    new
                    {
                        symbol = "ACME",
                        quantity = 4,
                        date = "2999-01-01",
                    }
                )
            ).Status
        );
    }

    private static Task<Reply> PricesAsync(TestUser user, string symbol, params (string Date, decimal Price)[] items) =>
        ExpectAsync(
            200,
            user.SendAsync(
                HttpMethod.Put,
                $"/v1/portfolio/instruments/{symbol}/prices",
                JsonContent.Create(new { items = items.Select(i => new { date = i.Date, price = i.Price }) })
            )
        );

    private static Task<Reply> RatesAsync(TestUser user, string pair, params (string Date, decimal Rate)[] items) =>
        ExpectAsync(
            200,
            user.SendAsync(
                HttpMethod.Put,
                $"/v1/portfolio/rates/{pair}",
                JsonContent.Create(new { items = items.Select(i => new { date = i.Date, rate = i.Rate }) })
            )
        );

    private static async Task<Reply> ExpectAsync(int status, Task<Reply> asked)
    {
        var reply = await asked;
        Assert.True((int)reply.Status == status, reply.Text);
        return reply;
    }

    private static decimal Number(JsonElement json, string name) => json.GetProperty(name).GetDecimal();
    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    [Fact]
    public async Task Where_no_source_knows_a_rate_the_feeds_dividends_are_booked_at_the_one_the_purchase_said()
    {
        var user = await host.SignUpAsync();
        var id = (await user.PostAsync("/v1/portfolios", new { name = "Baht", baseCurrency = "THB" })).Json.GetProperty("id").GetString();
        var buy = new { type = "buy", symbol = "JPM", quantity = 10, price = 60, executedAt = "2016-01-04T15:00:00Z" };
        var refused = await user.PostAsync($"/v1/portfolio/transactions?portfolioId={id}", buy);
        Assert.Equal(
            (HttpStatusCode.BadRequest, true),
            (refused.Status, refused.Json.GetProperty("errors").TryGetProperty("fxRate", out _))
        );
        await user.PostAsync(
            $"/v1/portfolio/transactions?portfolioId={id}",
            new
            {
                buy.type,
                buy.symbol,
                buy.quantity,
                buy.price,
                buy.executedAt,
                fxRate = 35,
            }
        );
        var dividends = (await user.GetAsync($"/v1/portfolio/transactions?portfolioId={id}&type=dividend&limit=3"))
            .Json.GetProperty("items")
            .EnumerateArray()
            .ToList();
        Assert.NotEmpty(dividends);
        Assert.All(dividends, d => Assert.Equal(35, d.GetProperty("fxRate").GetDecimal()));
    }
}
