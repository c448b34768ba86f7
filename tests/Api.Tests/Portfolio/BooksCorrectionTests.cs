using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace AgentInvest.Api.Tests;

public sealed class BooksCorrectionTests(RecordedHost host) : IClassFixture<RecordedHost>
{
    private const string Transactions = "/v1/portfolio/transactions";

    [Fact]
    public async Task A_correction_stands_in_the_place_of_the_entry_it_reverses()
    {
        var user = await host.SignUpAsync();
        var bought = (await user.BuyAsync("BETA", 10, 10, "2024-01-03T15:00:00Z")).Json.GetProperty("id").GetString();
        await user.SellAsync("BETA", 10, 15, "2024-01-03T15:00:00Z"); // at the same instant: the correction must not fall behind it
        var corrected = await PatchAsync(user, bought, new { price = 12, note = "as on the slip" });
        Assert.Equal(HttpStatusCode.OK, corrected.Status);
        var id = Text(corrected.Json, "id");
        Assert.NotEqual(bought, id);
        Assert.Equal(
            (bought, 12m, 10m, "as on the slip"),
            (
                Text(corrected.Json, "replaces"),
                Number(corrected.Json, "price"),
                Number(corrected.Json, "quantity"),
                Text(corrected.Json, "note")
            )
        );
        Assert.Equal(30m, Number((await user.GetAsync("/v1/portfolio")).Json.GetProperty("totals"), "realizedPnl"));
        Assert.Equal(id, Text((await user.GetAsync($"{Transactions}/{bought}")).Json, "reversedBy"));
        Assert.Equal((2, 3), (await CountAsync(user, ""), await CountAsync(user, "?includeReversed=true")));
        Assert.Equal("conflict", (await PatchAsync(user, bought, new { price = 13 })).Code);
        // A correction of the correction; lots keep the name of the first.
        var again = await PatchAsync(user, id, new { quantity = 11 });
        Assert.Equal(bought, Text(again.Json.GetProperty("lots").GetProperty("opened")[0], "id"));
    }

    [Fact]
    public async Task A_correction_that_would_oversell_later_changes_nothing()
    {
        var user = await host.SignUpAsync();
        var bought = (await user.BuyAsync("ACME", 10, 100, "2024-01-02T15:00:00Z")).Json.GetProperty("id").GetString();
        var sold = (await user.SellAsync("ACME", 20, 50, "2024-01-08T15:00:00Z")).Json.GetProperty("id").GetString();
        var before = await StateAsync(user);
        foreach (
            var refused in new[]
            {
                await PatchAsync(user, bought, new { quantity = 9.9 }),
                await user.SendAsync(HttpMethod.Delete, $"{Transactions}/{bought}", null),
                await PatchAsync(user, bought, new { executedAt = "2024-01-09T00:00:00Z" }),
                await PatchAsync(user, sold, new { quantity = 21 }),
            }
        )
            Assert.Equal((HttpStatusCode.UnprocessableEntity, "insufficient_quantity"), (refused.Status, refused.Code));
        Assert.Equal(before, await StateAsync(user));
    }

    [Fact]
    public async Task A_malformed_correction_changes_nothing()
    {
        var user = await host.SignUpAsync();
        var bought = (await user.BuyAsync("ACME", 10, 100, "2024-01-02T15:00:00Z")).Json.GetProperty("id").GetString();
        var before = await StateAsync(user);
        foreach (
            var bad in new[]
            {
                await PatchAsync(user, bought, new { quantity = -1 }),
                await PatchAsync(user, bought, new { }),
                await PatchAsync(user, bought, new { colour = "red" }),
                await PatchAsync(user, bought, new { executedAt = "2999-01-01T00:00:00Z" }),
            }
        )
            Assert.Equal(HttpStatusCode.BadRequest, bad.Status);
        Assert.Equal(before, await StateAsync(user));
    }

    [Fact]
    public async Task The_feeds_dividend_follows_a_correction_of_the_purchase()
    {
        var user = await host.SignUpAsync();
        var bought = (await user.BuyAsync("ACME", 10, 100, "2024-01-02T15:00:00Z")).Json.GetProperty("id").GetString();
        Assert.Equal(HttpStatusCode.OK, (await PatchAsync(user, bought, new { quantity = 12 })).Status);
        Assert.Equal(
            24m,
            (await user.GetAsync(Transactions + "?type=dividend")).Json.GetProperty("items")[0].GetProperty("amount").GetDecimal()
        );
    }

    [Fact]
    public async Task A_reversal_restores_the_books_exactly()
    {
        var user = await host.SignUpAsync();
        await user.PostAsync(Transactions, new { type = "deposit", amount = 5000, executedAt = "2024-01-01T15:00:00Z" });
        await user.BuyAsync("ACME", 7.5m, 99.99m, "2024-01-02T15:00:00Z");
        await user.BuyAsync("BETA", 30, 9.87m, "2024-01-02T16:00:00Z");
        await user.SellAsync("BETA", 7, 10.13m, "2024-01-05T15:00:00Z");
        var before = await StateAsync(user);
        object[] entries =
        [
            new
            {
                type = "buy",
                symbol = "ACME",
                quantity = 3.3333333333m,
                price = 77.7,
                fee = 1.11,
                executedAt = "2024-01-02T14:00:00Z",
            },
            new
            {
                type = "sell",
                symbol = "BETA",
                quantity = 11,
                price = 9,
                fee = 2,
                tax = 1,
                executedAt = "2024-01-03T15:00:00Z",
            },
            new
            {
                type = "split",
                symbol = "BETA",
                ratio = 3,
                executedAt = "2024-01-04T15:00:00Z",
            },
            new
            {
                type = "withdrawal",
                amount = 17,
                executedAt = "2024-01-04T15:00:00Z",
            },
            new
            {
                type = "transferIn",
                symbol = "BETA",
                quantity = 4,
                price = 8,
                executedAt = "2024-01-03T15:00:00Z",
            },
            new
            {
                type = "transferOut",
                symbol = "ACME",
                quantity = 1,
                executedAt = "2024-01-03T15:00:00Z",
            },
            new
            {
                type = "spinoff",
                symbol = "ACME",
                newSymbol = "BETA",
                ratio = 0.5,
                costFraction = 0.25,
                executedAt = "2024-01-08T15:00:00Z",
            },
            new
            {
                type = "returnOfCapital",
                symbol = "BETA",
                amount = 12,
                executedAt = "2024-01-08T15:00:00Z",
            },
        ];
        var ids = new List<string>();
        foreach (var entry in entries)
        {
            var reply = await user.PostAsync(Transactions, entry);
            Assert.True(reply.Status == HttpStatusCode.Created, reply.Text);
            ids.Add(Text(reply.Json, "id"));
        }
        Assert.NotEqual(before, await StateAsync(user));
        foreach (var id in ids)
            Assert.Equal(HttpStatusCode.NoContent, (await user.SendAsync(HttpMethod.Delete, $"{Transactions}/{id}", null)).Status);
        Assert.Equal(before, await StateAsync(user));
    }

    [Fact]
    public async Task A_correction_of_a_feed_entry_stands_until_it_is_deleted()
    {
        var user = await host.SignUpAsync();
        await user.BuyAsync("ACME", 10, 100, "2024-01-02T15:00:00Z");
        var dividend = (await user.GetAsync(Transactions + "?type=dividend")).Json.GetProperty("items")[0].GetProperty("id").GetString();
        Assert.Equal("user", Text((await PatchAsync(user, dividend, new { amount = 19, tax = 3 })).Json, "source"));
        await user.BuyAsync("ACME", 1, 100, "2024-01-02T16:00:00Z"); // would make the feed's 22
        var mine = Assert.Single((await user.GetAsync(Transactions + "?type=dividend")).Json.GetProperty("items").EnumerateArray());
        Assert.Equal((19m, "user"), (Number(mine, "amount"), Text(mine, "source")));
        await user.SendAsync(HttpMethod.Delete, $"{Transactions}/{Text(mine, "id")}", null);
        var back = (await user.GetAsync(Transactions + "?type=dividend")).Json.GetProperty("items")[0];
        Assert.Equal((22m, "feed"), (Number(back, "amount"), Text(back, "source"))); // without an own entry the feed's stands again
    }

    [Fact]
    public async Task A_deleted_feed_entry_is_not_booked_again()
    {
        var user = await host.SignUpAsync();
        await user.BuyAsync("ACME", 10, 100, "2024-01-02T15:00:00Z");
        var dividend = (await user.GetAsync(Transactions + "?type=dividend")).Json.GetProperty("items")[0];
        Assert.Equal("feed", Text(dividend, "source"));
        await user.SendAsync(HttpMethod.Delete, $"{Transactions}/{Text(dividend, "id")}", null);
        await user.BuyAsync("ACME", 1, 100, "2024-01-02T17:00:00Z");
        Assert.Equal(0, await CountAsync(user, "?type=dividend"));
    }

    [Fact]
    public async Task A_correction_of_another_version_than_the_one_read_is_refused()
    {
        var user = await host.SignUpAsync();
        var bought = await user.BuyAsync("BETA", 10, 10, "2024-01-03T15:00:00Z");
        var id = Text(bought.Json, "id");
        var stale = bought.Header("ETag")!;
        await user.BuyAsync("BETA", 1, 10, "2024-01-03T16:00:00Z");
        Assert.Equal(
            "precondition_failed",
            (
                await user.SendAsync(HttpMethod.Patch, $"{Transactions}/{id}", JsonContent.Create(new { price = 11 }), ("If-Match", stale))
            ).Code
        );
        Assert.Equal(
            "precondition_failed",
            (await user.SendAsync(HttpMethod.Delete, $"{Transactions}/{id}", null, ("If-Match", stale))).Code
        );
    }

    [Fact]
    public async Task An_entry_of_somebody_else_cannot_be_corrected()
    {
        var id = Text((await (await host.SignUpAsync()).BuyAsync("BETA", 10, 10, "2024-01-03T15:00:00Z")).Json, "id");
        var stranger = await host.SignUpAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await PatchAsync(stranger, id, new { price = 11 })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.SendAsync(HttpMethod.Delete, $"{Transactions}/{id}", null)).Status);
    }

    [Fact]
    public async Task Of_corrections_of_one_entry_at_once_one_succeeds()
    {
        var user = await host.SignUpAsync();
        var id = Text((await user.BuyAsync("BETA", 10, 10, "2024-01-03T15:00:00Z")).Json, "id");
        var race = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => PatchAsync(user, id, new { price = 20 + i })));
        Assert.Equal((1, 7), (race.Count(r => r.Status == HttpStatusCode.OK), race.Count(r => r.Code == "conflict")));
    }

    /// <summary>Everything that the books say, but for the instant of asking.</summary>
    internal static async Task<string> StateAsync(TestUser user, string query = "")
    {
        var lots = (await user.GetAsync("/v1/portfolio/lots" + (query.Length > 0 ? "?" + query : "")))
            .Json.GetProperty("items")
            .EnumerateArray()
            .Select(l =>
                $"{l.GetProperty("symbol")} {l.GetProperty("openedAt")} {l.GetProperty("quantity")} "
                + $"{l.GetProperty("remaining")} {l.GetProperty("cost")}"
            );
        var books = (await user.GetAsync($"/v1/portfolio?asOf=2024-01-08&{query}")).Json;
        var realized = (await user.GetAsync($"/v1/portfolio/realized?year=2024&{query}")).Json.GetProperty("totals");
        var performance = (await user.GetAsync($"/v1/portfolio/performance?from=2024-01-01&to=2024-01-08&{query}")).Json;
        return $"{books.GetProperty("totals")}\n{books.GetProperty("holdings")}\n{realized}\n{performance}\n{string.Join('\n', lots)}";
    }

    private static async Task<int> CountAsync(TestUser user, string query) =>
        (await user.GetAsync(Transactions + query)).Json.GetProperty("items").GetArrayLength();
    private static Task<Reply> PatchAsync(TestUser user, string? id, object body) =>
        user.SendAsync(HttpMethod.Patch, $"{Transactions}/{id}", JsonContent.Create(body));
    private static decimal Number(JsonElement json, string name) => json.GetProperty(name).GetDecimal();
    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
