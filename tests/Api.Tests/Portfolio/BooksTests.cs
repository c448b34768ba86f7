using System.Net;
using System.Text.Json;

namespace AgentInvest.Api.Tests;

/// <summary>Recorded prices of two instruments, written by the test, so that every figure can be worked out by hand.</summary>
public sealed class RecordedHost : TestHost
{
    private readonly string _folder = Directory.CreateTempSubdirectory("agentinvest-replay").FullName;

    public RecordedHost()
    {
        // ACME closes at 100, 102, 51 (2:1), 52, 50; pays 1.00 for holders at the close of 2024-01-04; BETA stands at 10.
        File.WriteAllText(
            Path.Combine(_folder, "ACME.csv"),
            """
            date,open,high,low,close,volume
            2024-01-02,100,101,99,100,1000
            2024-01-03,100,103,100,102,1000
            2024-01-04,51,52,50,51,2000
            2024-01-05,51,53,51,52,2000
            2024-01-08,52,52,50,50,2000

            """
        );
        File.WriteAllText(
            Path.Combine(_folder, "BETA.csv"),
            "date,open,high,low,close,volume\n2024-01-02,10,10,10,10,1\n2024-01-08,10,10,10,10,1\n"
        );
        File.WriteAllText(
            Path.Combine(_folder, "actions.csv"),
            "symbol,lastDateBefore,kind,value\nACME,2024-01-03,split,2\nACME,2024-01-04,dividend,1.00\n"
        );
    }

    public override IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?> { ["Market:Replay:Path"] = _folder };

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

public sealed class BooksTests(RecordedHost host) : IClassFixture<RecordedHost>
{
    private const string Transactions = "/v1/portfolio/transactions";

    [Fact]
    public async Task A_booking_answers_what_it_did_to_the_lots()
    {
        var user = await host.SignUpAsync();
        var bought = await user.PostAsync(
            Transactions,
            new
            {
                type = "buy",
                symbol = "beta",
                quantity = "10",
                price = 9.5,
                fee = 1,
                executedAt = "2024-01-03T16:00:00+01:00",
                externalId = "a1",
                note = "first",
            }
        );
        Assert.Equal(HttpStatusCode.Created, bought.Status);
        Assert.Equal(
            ("\"v1\"", $"/v1/portfolio/transactions/{bought.Json.GetProperty("id").GetString()}"),
            (bought.Header("ETag"), bought.Header("Location"))
        );
        Assert.Equal(
            ("BETA", "2024-01-03T15:00:00Z", 95m),
            (
                Text(bought, "symbol"),
                Text(bought, "executedAt"),
                bought.Json.GetProperty("lots").GetProperty("opened")[0].GetProperty("cost").GetDecimal()
            )
        );
        var sold = await user.SellAsync("BETA", 4, 11, "2024-01-05T15:00:00Z");
        Assert.Equal(6m, sold.Json.GetProperty("realizedPnl").GetDecimal());
        Assert.Equal(4m, sold.Json.GetProperty("lots").GetProperty("closed")[0].GetProperty("quantity").GetDecimal());
        Assert.Equal(
            "conflict",
            (
                await user.PostAsync(
                    Transactions,
                    new
                    {
                        type = "buy",
                        symbol = "BETA",
                        quantity = 10,
                        price = 9.5,
                        executedAt = "2024-01-03T15:00:00Z",
                        externalId = "a1",
                    }
                )
            ).Code
        );
        Assert.Equal(HttpStatusCode.OK, (await user.GetAsync(bought.Header("Location")!)).Status);
    }

    [Fact]
    public async Task The_feeds_actions_are_booked_to_their_holder_once()
    {
        var user = await host.SignUpAsync();
        await user.BuyAsync("ACME", 10, 100, "2024-01-02T15:00:00Z");
        await user.BuyAsync("BETA", 1, 10, "2024-01-02T15:00:00Z");
        Assert.Equal(["dividend 2024-01-05T00:00:00Z 20", "split 2024-01-04T00:00:00Z 2"], await FeedEntriesAsync(user));
        var portfolio = (await user.GetAsync("/v1/portfolio?asOf=2024-01-05")).Json;
        var acme = portfolio.GetProperty("holdings")[0];
        Assert.Equal(
            (20m, 52m, 50m, 1000m, 1040m),
            (
                Number(acme, "quantity"),
                Number(acme, "price"),
                Number(acme, "averageCost"),
                Number(acme, "cost"),
                Number(acme, "marketValue")
            )
        );
        var totals = portfolio.GetProperty("totals");
        Assert.Equal(
            (20m, 40m, 60m, 0m),
            (Number(totals, "dividends"), Number(totals, "unrealizedPnl"), Number(totals, "absoluteGain"), Number(totals, "cash"))
        );
        Assert.Equal(20m, Number(totals, "dayChange"));
    }

    [Fact]
    public async Task A_backdated_purchase_corrects_the_feeds_dividend_by_reversal()
    {
        var user = await host.SignUpAsync();
        await user.BuyAsync("ACME", 10, 100, "2024-01-02T15:00:00Z");
        await user.BuyAsync("ACME", 5, 101, "2024-01-03T15:00:00Z");
        await user.SellAsync("ACME", 6, 52, "2024-01-04T15:00:00Z"); // sold before the close that the dividend is for
        Assert.Equal(["dividend 2024-01-05T00:00:00Z 24", "split 2024-01-04T00:00:00Z 2"], await FeedEntriesAsync(user));
        var all = (await user.GetAsync(Transactions + "?includeReversed=true&type=dividend")).Json.GetProperty("items");
        Assert.Equal(3, all.GetArrayLength());
        Assert.Equal(2, all.EnumerateArray().Count(t => t.GetProperty("reversedBy").ValueKind == JsonValueKind.String));
    }

    [Fact]
    public async Task An_entry_of_the_users_own_stands_instead_of_the_feeds()
    {
        var user = await host.SignUpAsync();
        await user.PostAsync(Transactions, new { type = "split", symbol = "ACME", ratio = 2, executedAt = "2024-01-04T09:00:00Z" });
        await user.BuyAsync("ACME", 10, 100, "2024-01-02T15:00:00Z");
        await user.PostAsync(Transactions, new { type = "dividend", symbol = "ACME", amount = 17, executedAt = "2024-01-05T12:00:00Z" });
        Assert.Empty(await FeedEntriesAsync(user));
        var portfolio = (await user.GetAsync("/v1/portfolio?asOf=2024-01-08")).Json;
        Assert.Equal(
            (20m, 17m),
            (Number(portfolio.GetProperty("holdings")[0], "quantity"), Number(portfolio.GetProperty("totals"), "dividends"))
        );
    }

    [Fact]
    public async Task A_sale_sees_the_splits_before_it()
    {
        var user = await host.SignUpAsync();
        await user.BuyAsync("ACME", 10, 100, "2024-01-02T15:00:00Z");
        Assert.Equal("insufficient_quantity", (await user.SellAsync("ACME", 11, 102, "2024-01-03T15:00:00Z")).Code);
        Assert.Equal(HttpStatusCode.Created, (await user.SellAsync("ACME", 20, 50, "2024-01-08T15:00:00Z")).Status);
    }

    [Fact]
    public async Task A_backdated_sale_must_leave_enough_for_later_ones()
    {
        var user = await host.SignUpAsync();
        await user.BuyAsync("ACME", 10, 100, "2024-01-02T15:00:00Z");
        await user.SellAsync("ACME", 20, 50, "2024-01-08T15:00:00Z");
        var refused = await user.SellAsync("ACME", 1, 102, "2024-01-03T15:00:00Z");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "insufficient_quantity"), (refused.Status, refused.Code));
        Assert.Equal(0, (await user.GetAsync("/v1/portfolio")).Json.GetProperty("holdings").GetArrayLength());
    }

    [Fact]
    public async Task Of_fifty_sales_of_one_lot_at_once_one_succeeds()
    {
        var user = await host.SignUpAsync();
        await user.BuyAsync("BETA", 10, 10, "2024-01-02T15:00:00Z");
        var replies = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => user.SellAsync("BETA", 10, 11, "2024-01-03T15:00:00Z")));
        Assert.Equal(1, replies.Count(r => r.Status == HttpStatusCode.Created));
        Assert.Equal(49, replies.Count(r => r.Code == "insufficient_quantity"));
        Assert.Equal(10m, Number((await user.GetAsync("/v1/portfolio")).Json.GetProperty("totals"), "realizedPnl"));
    }

    [Fact]
    public async Task Performance_agrees_with_a_calculation_by_hand()
    {
        var user = await host.SignUpAsync();
        await user.BuyAsync("ACME", 10, 100, "2024-01-02T15:00:00Z");
        var r = (await user.GetAsync("/v1/portfolio/performance?from=2024-01-01&to=2024-01-08&benchmark=ACME")).Json;
        // 1000 → 1020 → 20 × 51 → 20 × 52 + 20 paid out → 20 × 50
        var twr = 1020.0 / 1000 * (1020.0 / 1020) * (1060.0 / 1020) * (1000.0 / 1040) - 1;
        Assert.Equal(twr, r.GetProperty("twr").GetDouble(), 1e-10);
        Assert.Equal((0m, 1000m, 980m, 20m), (Number(r, "start"), Number(r, "end"), Number(r, "netInvested"), Number(r, "absoluteGain")));
        // −1000 on the 2nd, +20 on the 5th, +1000 on the 8th
        var xirr = r.GetProperty("xirr").GetDouble();
        Assert.Equal(0, -1000 + 20 * Math.Pow(1 + xirr, -3 / 365.0) + 1000 * Math.Pow(1 + xirr, -6 / 365.0), 1e-6);
        Assert.Equal(20.0 / 1000, r.GetProperty("roai").GetDouble(), 1e-10);
        Assert.Equal(JsonValueKind.Null, r.GetProperty("annualized").GetProperty("twr").ValueKind);
        Assert.True(r.GetProperty("unavailable").TryGetProperty("annualized", out _));
        // From the close of the 2nd the benchmark is the book itself, but for what is paid out and not put back.
        var b = (await user.GetAsync("/v1/portfolio/performance?from=2024-01-02&to=2024-01-08&benchmark=ACME")).Json;
        Assert.Equal(2 * 50.0 / 100 * (1 + 1.0 / 52) - 1, b.GetProperty("benchmark").GetProperty("twr").GetDouble(), 1e-9);
    }

    [Fact]
    public async Task Cash_is_tracked_from_the_first_deposit_on()
    {
        var user = await host.SignUpAsync();
        await user.BuyAsync("BETA", 10, 10, "2024-01-02T15:00:00Z");
        Assert.Equal(0m, Number((await user.GetAsync("/v1/portfolio")).Json.GetProperty("totals"), "cash"));
        await user.PostAsync(Transactions, new { type = "deposit", amount = 30, executedAt = "2024-01-03T15:00:00Z" });
        Assert.Equal(-70m, Number((await user.GetAsync("/v1/portfolio")).Json.GetProperty("totals"), "cash"));
    }

    [Fact]
    public async Task Another_currency_is_booked_at_its_rate()
    {
        var user = await host.SignUpAsync();
        var booked = await user.PostAsync(
            Transactions,
            new
            {
                type = "buy",
                symbol = "NESN.SW",
                quantity = 10,
                price = 80,
                fxRate = 1.25,
                executedAt = "2024-01-03T15:00:00Z",
            }
        );
        Assert.Equal(
            ("CHF", 1000m),
            (Text(booked, "currency"), booked.Json.GetProperty("lots").GetProperty("opened")[0].GetProperty("cost").GetDecimal())
        );
        var holding = (await user.GetAsync("/v1/portfolio")).Json.GetProperty("holdings")[0];
        Assert.Equal((80m, 1000m), (Number(holding, "averageCost"), Number(holding, "cost")));
        Assert.Equal(Number(holding, "marketValue"), Math.Round(10 * Number(holding, "price") * Number(holding, "fxRate"), 10));
        var fed = await user.PostAsync(
            Transactions,
            new
            {
                type = "buy",
                symbol = "NESN.SW",
                quantity = 1,
                price = 80,
                executedAt = "2024-01-03T15:00:00Z",
            }
        );
        Assert.InRange(fed.Json.GetProperty("fxRate").GetDecimal(), 0.5m, 2m);
    }

    [Fact]
    public async Task Lists_are_paged_stably_newest_first()
    {
        var user = await host.SignUpAsync();
        for (var i = 0; i < 7; i++) await user.BuyAsync("BETA", i + 1, 10, "2024-01-02T15:00:00Z");
        var seen = new List<decimal>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = (await user.GetAsync($"{Transactions}?limit=3{(cursor.Length > 0 ? "&cursor=" + cursor : "")}")).Json;
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(t => Number(t, "quantity")));
            cursor = page.GetProperty("nextCursor").GetString();
            if (seen.Count == 3) await user.BuyAsync("BETA", 100, 10, "2024-01-03T15:00:00Z"); // written meanwhile, newer than the page
        }
        Assert.Equal([7m, 6, 5, 4, 3, 2, 1], seen);
    }

    [Fact]
    public async Task Another_method_derives_the_gains_anew()
    {
        var user = await host.SignUpAsync();
        var second = (await user.PostAsync("/v1/portfolios", new { name = "Second", costBasisMethod = "fifo" }))
            .Json.GetProperty("id")
            .GetString();
        await user.BuyAsync("BETA", 1, 10, "2024-01-02T15:00:00Z", $"?portfolioId={second}");
        await user.BuyAsync("BETA", 1, 20, "2024-01-03T15:00:00Z", $"?portfolioId={second}");
        await user.SellAsync("BETA", 1, 30, "2024-01-04T15:00:00Z", $"?portfolioId={second}");
        Assert.Equal(20m, Number((await user.GetAsync($"/v1/portfolio?portfolioId={second}")).Json.GetProperty("totals"), "realizedPnl"));
        var patched = await user.SendAsync(
            HttpMethod.Patch,
            $"/v1/portfolios/{second}",
            System.Net.Http.Json.JsonContent.Create(new { costBasisMethod = "lifo" })
        );
        Assert.Equal(HttpStatusCode.OK, patched.Status);
        Assert.Equal(10m, Number((await user.GetAsync($"/v1/portfolio?portfolioId={second}")).Json.GetProperty("totals"), "realizedPnl"));
    }

    [Fact]
    public async Task What_is_booked_in_one_portfolio_is_not_in_another()
    {
        var user = await host.SignUpAsync();
        var second = (await user.PostAsync("/v1/portfolios", new { name = "Second" })).Json.GetProperty("id").GetString();
        await user.BuyAsync("BETA", 1, 10, "2024-01-02T15:00:00Z", $"?portfolioId={second}");
        Assert.Equal(0, (await user.GetAsync("/v1/portfolio")).Json.GetProperty("holdings").GetArrayLength());
        Assert.Equal(2, (await user.GetAsync("/v1/portfolios")).Json.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task A_deleted_portfolio_is_not_found()
    {
        var user = await host.SignUpAsync();
        var second = (await user.PostAsync("/v1/portfolios", new { name = "Second" })).Json.GetProperty("id").GetString();
        Assert.Equal(HttpStatusCode.NoContent, (await user.SendAsync(HttpMethod.Delete, $"/v1/portfolios/{second}", null)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await user.GetAsync($"/v1/portfolio?portfolioId={second}")).Status);
    }

    [Fact]
    public async Task If_Match_guards_a_booking()
    {
        var user = await host.SignUpAsync();
        var etag = (await user.GetAsync("/v1/portfolio")).Header("ETag")!;
        var body = new { type = "buy", symbol = "BETA", quantity = 1, price = 10, executedAt = "2024-01-02T15:00:00Z" };
        Assert.Equal(HttpStatusCode.Created, (await user.PostAsync(Transactions, body, ("If-Match", etag))).Status);
        Assert.Equal("precondition_failed", (await user.PostAsync(Transactions, body, ("If-Match", etag))).Code);
        Assert.Equal(1, (await user.GetAsync(Transactions)).Json.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task A_repeat_with_the_same_key_gets_the_first_answer()
    {
        var user = await host.SignUpAsync();
        var body = new { type = "buy", symbol = "BETA", quantity = 1, price = 10, executedAt = "2024-01-02T15:00:00Z" };
        var first = await user.PostAsync(Transactions, body, ("Idempotency-Key", "key"));
        var again = await user.PostAsync(Transactions, body, ("Idempotency-Key", "key"));
        Assert.Equal((first.Status, first.Text, "true"), (again.Status, again.Text, again.Header("Idempotency-Replayed")));
        Assert.Equal((first.Header("ETag"), first.Header("Location")), (again.Header("ETag"), again.Header("Location")));
        Assert.Equal(
            "idempotency_key_reused",
            (await user.PostAsync(Transactions, body with { quantity = 2 }, ("Idempotency-Key", "key"))).Code
        );
        // A refusal by the books is kept as well, one of the request is not.
        var oversell = new { type = "sell", symbol = "BETA", quantity = 5, price = 10, executedAt = "2024-01-02T16:00:00Z" };
        await user.PostAsync(Transactions, oversell, ("Idempotency-Key", "sell"));
        Assert.Equal("true", (await user.PostAsync(Transactions, oversell, ("Idempotency-Key", "sell"))).Header("Idempotency-Replayed"));
        await user.PostAsync(Transactions, body with { quantity = -1 }, ("Idempotency-Key", "bad"));
        Assert.Equal(HttpStatusCode.Created, (await user.PostAsync(Transactions, body, ("Idempotency-Key", "bad"))).Status);
        // Many at once: one books, the others are told to wait or get its answer.
        var race = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => user.PostAsync(Transactions, body, ("Idempotency-Key", "race"))));
        Assert.All(race, r => Assert.Contains((int)r.Status, new[] { 201, 409 }));
        Assert.Single(race.Where(r => r.Status == HttpStatusCode.Created).Select(r => Text(r, "id")).Distinct());
        Assert.Equal(3, (await user.GetAsync(Transactions)).Json.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task The_course_of_the_books_ends_at_what_they_are_worth_now()
    {
        for (var attempt = 0; ; attempt++)
        {
            // A new user each time: prices of a book's course are looked at anew every minute only.
            var user = await host.SignUpAsync();
            await user.BuyAsync("AAPL", 3, 100, "2024-01-02T15:00:00Z");
            var before = (await user.GetAsync("/v1/portfolio")).Json.GetProperty("totals").GetProperty("marketValue").GetDecimal();
            var course = (await user.GetAsync("/v1/portfolio/performance?range=max&benchmark=AAPL")).Json;
            var after = (await user.GetAsync("/v1/portfolio")).Json.GetProperty("totals").GetProperty("marketValue").GetDecimal();
            // A tick came between the two.
            if (before != after && attempt < 20) continue;
            Assert.Equal(after, course.GetProperty("end").GetDecimal());
            var series = course.GetProperty("series");
            Assert.Equal(after, series[series.GetArrayLength() - 1].GetProperty("value").GetDecimal());
            return;
        }
    }

    [Fact]
    public async Task Analytics_follow_each_booking_by_themselves()
    {
        var user = await host.SignUpAsync();
        Assert.Equal("pending", Text(await user.GetAsync("/v1/portfolio/analytics"), "status"));
        await user.BuyAsync("MSFT", 10, 300, "2024-01-02T15:00:00Z");
        await user.BuyAsync("JPM", 10, 100, "2024-01-02T15:00:00Z");
        var ready = await Eventually(() => user.GetAsync("/v1/portfolio/analytics"), r => Text(r, "status") == "ready");
        Assert.InRange(ready.Json.GetProperty("risk").GetProperty("volatility").GetDouble(), 0.05, 1.5);
        Assert.Equal(
            1,
            ready
                .Json.GetProperty("concentration")
                .GetProperty("topWeights")
                .EnumerateArray()
                .Sum(w => w.GetProperty("weight").GetDouble()),
            1e-9
        );
        var matrix = ready.Json.GetProperty("correlation").GetProperty("matrix");
        Assert.Equal((1.0, matrix[1][0].GetDouble()), (Math.Round(matrix[0][0].GetDouble(), 12), matrix[0][1].GetDouble()));

        var started = await user.PostAsync("/v1/portfolio/analytics");
        Assert.Equal(HttpStatusCode.Accepted, started.Status);
        var job = await Eventually(() => user.GetAsync(Text(started, "statusUrl")), r => Text(r, "status") == "completed");
        Assert.Equal(("analytics", 1m), (Text(job, "kind"), Number(job.Json, "progress")));
    }

    private static async Task<Reply> Eventually(Func<Task<Reply>> ask, Predicate<Reply> done)
    {
        for (var i = 0; ; i++)
        {
            var reply = await ask();
            if (done(reply)) return reply;
            Assert.True(i < 100, $"Not within 10 s: {reply.Text}");
            await Task.Delay(100);
        }
    }

    private static async Task<IEnumerable<string>> FeedEntriesAsync(TestUser user) =>
        (await user.GetAsync(Transactions))
            .Json.GetProperty("items")
            .EnumerateArray()
            .Where(t => t.GetProperty("source").GetString() == "feed")
            .Select(t =>
                $"{t.GetProperty("type").GetString()} {t.GetProperty("executedAt").GetString()} "
                + Number(t, t.GetProperty("ratio").ValueKind == JsonValueKind.Null ? "amount" : "ratio")
            )
            .ToList();

    private static decimal Number(JsonElement json, string name) => json.GetProperty(name).GetDecimal();
    private static string Text(Reply reply, string name) => reply.Json.GetProperty(name).GetString()!;
}
