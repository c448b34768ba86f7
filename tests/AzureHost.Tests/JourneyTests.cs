using System.Text.Json;

namespace AgentInvest.AzureHost.Tests;

/// <summary>
/// A user's way through the apps. Signing up takes two of them already: a mail with a token, and a password that then is good.
/// </summary>
[Collection(nameof(AzureEnvironment))]
public sealed class JourneyTests(AzureEnvironment azure)
{
    [Fact]
    public async Task Bookings_become_holdings()
    {
        var user = await SignUpWithBooksAsync();
        var portfolio = await user.GetAsync("/v1/portfolio");
        Assert.Equal(["JPM", "MSFT"], portfolio.Json.GetProperty("holdings").EnumerateArray().Select(Symbol).Order());
    }

    [Fact]
    public async Task A_booking_leads_to_analytics()
    {
        var user = await SignUpWithBooksAsync();
        await AzureEnvironment.EventuallyAsync(
            async () =>
            {
                // The outbox waits a moment for further bookings.
                await azure.Portfolio.FireAsync("DrainAnalyticsOutbox");
                return await user.GetAsync("/v1/portfolio/analytics");
            },
            r => r.Json.GetProperty("status").GetString() == "ready"
        );
    }

    [Fact]
    public async Task A_rebalancing_job_answers_its_plan()
    {
        var user = await SignUpWithBooksAsync();
        var job = await azure.CompletedJobAsync(user, await RequestRebalanceAsync(user));
        Assert.Equal("USD", job.Json.GetProperty("output").GetProperty("baseCurrency").GetString());
    }

    [Fact]
    public async Task An_optimum_has_a_weight_for_each_symbol()
    {
        var user = await azure.SignUpAsync();
        var optimum = await user.PostAsync(
            "/v1/ai/portfolio-optimize",
            new { symbols = new[] { "MSFT", "JPM" }, objective = "maxSharpe" }
        );
        Assert.Equal(2, optimum.Json.GetProperty("weights").EnumerateObject().Count());
    }

    /// <summary>Checked, then scheduled, two at once would both schedule, and the hub refuses the second.</summary>
    [Fact]
    public async Task Twenty_requests_at_once_start_one_job()
    {
        var user = await SignUpWithBooksAsync();
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => user.PostAsync("/v1/portfolio/analytics")));
        Assert.All(replies, r => Assert.True((int)r.Status == 202, $"{(int)r.Status} {r.Text}"));
        Assert.Single(replies.Select(r => r.Json.GetProperty("instanceId").GetString()).Distinct());
    }

    /// <summary>The hub keeps what the worker wrote; other languages' tools and the portal read it there.</summary>
    [Fact]
    public async Task The_output_of_an_orchestration_is_in_the_APIs_JSON()
    {
        var user = await SignUpWithBooksAsync();
        var started = await RequestRebalanceAsync(user);
        await azure.CompletedJobAsync(user, started);
        var id = started.Json.GetProperty("instanceId").GetString()!;
        for (var i = 0; i < 100; i++)
        {
            if ((await azure.Portfolio.Durable.FindAsync(id))?.Output is { HasValues: true } output)
            {
                Assert.Equal("USD", (string?)output["baseCurrency"]);
                return;
            }
            await Task.Delay(100);
        }
        Assert.Fail("The orchestration has no output.");
    }

    /// <summary>The SignalR extension sends arguments as they come; a browser reads the same quote from the local hub.</summary>
    [Fact]
    public async Task Pushed_quotes_are_in_the_APIs_JSON()
    {
        var answer = await azure.Market.FireAsync("PollQuotes");
        var message = JsonDocument.Parse((string)answer["returnValue"]!["json"]!).RootElement[0];
        var quote = message.GetProperty("arguments")[0][0];
        Assert.Equal(message.GetProperty("groupName").GetString(), quote.GetProperty("symbol").GetString());
        Assert.EndsWith("Z", quote.GetProperty("time").GetString(), StringComparison.Ordinal);
    }

    private static string? Symbol(JsonElement holding) => holding.GetProperty("symbol").GetString();

    private static async Task<Reply> RequestRebalanceAsync(TestUser user)
    {
        var targets = new { items = new[] { new { symbol = "MSFT", weight = 0.5 } } };
        await user.SendAsync(HttpMethod.Put, "/v1/portfolio/targets", System.Net.Http.Json.JsonContent.Create(targets));
        return await user.PostAsync("/v1/portfolio/rebalance", new { mode = "plan" });
    }

    private async Task<TestUser> SignUpWithBooksAsync()
    {
        var user = await azure.SignUpAsync();
        foreach (var symbol in (string[])["MSFT", "JPM"])
        {
            var booked = await user.BuyAsync(symbol, 10, 100, "2026-06-01T15:00:00Z");
            Assert.True((int)booked.Status == 201, booked.Text);
        }
        return user;
    }
}
