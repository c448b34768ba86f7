using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace AgentInvest.Api.Tests;

public sealed class PortfolioRebalanceTests(RecordedHost host) : IClassFixture<RecordedHost>
{
    [Fact]
    public async Task A_plan_brings_the_holdings_to_their_targets()
    {
        var user = await host.SignUpAsync();
        Assert.Equal("targets_missing", (await user.PostAsync("/v1/portfolio/rebalance", new { mode = "plan" })).Code);
        await user.BuyAsync("BETA", 80, 8, "2022-01-03T15:00:00Z"); // worth 800 at 10
        await user.BuyAsync("ACME", 4, 50, "2024-01-08T15:00:00Z"); // worth 200 at 50
        var targets = await PutAsync(user, ("acme", 0.5m), ("BETA", 0.5m));
        Assert.Equal((HttpStatusCode.OK, "ACME"), (targets.Status, Text(targets.Json.GetProperty("items")[0], "symbol")));
        Assert.Equal(targets.Text, (await user.GetAsync("/v1/portfolio/targets")).Text);
        var plan = await PlanAsync(user, new { mode = "plan" });
        var trades = plan.GetProperty("trades").EnumerateArray().ToDictionary(t => Text(t, "symbol"));
        Assert.Equal(
            ("sell", 30m, 10m),
            (Text(trades["BETA"], "side"), Number(trades["BETA"], "quantity"), Number(trades["BETA"], "price"))
        );
        Assert.Equal(("buy", 6m, 50m), (Text(trades["ACME"], "side"), Number(trades["ACME"], "quantity"), Number(trades["ACME"], "price")));
        Assert.All(trades.Values, t => Assert.NotEmpty(Text(t, "reason")));
        Assert.Equal(
            (0.3m, 0m, 0m),
            (Number(plan.GetProperty("expectedDrift"), "before"), Number(plan.GetProperty("expectedDrift"), "after"), Number(plan, "fees"))
        );
        Assert.Equal(30 * 2 * 0.15m, Number(plan, "tax")); // held for years
        // New cash goes where it lacks, nothing within the band is sold, whole shares only.
        var cash = await PlanAsync(user, new { mode = "plan", cash = 530, band = 0.1, wholeShares = true, feePerTrade = 1 });
        var only = Assert.Single(cash.GetProperty("trades").EnumerateArray());
        Assert.Equal(("ACME", "buy", 10m), (Text(only, "symbol"), Text(only, "side"), Number(only, "quantity")));
        Assert.Equal(1m, Number(cash, "fees"));
    }

    [Fact]
    public async Task Bad_targets_are_refused()
    {
        var user = await host.SignUpAsync();
        foreach (
            var bad in new[]
            {
                await PutAsync(user, ("BETA", 0.6m), ("ACME", 0.5m)),
                await PutAsync(user, ("BETA", 0.6m), ("beta", 0.1m)),
                await PutAsync(user, ("NOSUCH", 0.5m)),
                await PutAsync(user, ("BETA", -0.5m)),
            }
        )
            Assert.Equal(HttpStatusCode.BadRequest, bad.Status);
        Assert.Equal(0, (await user.GetAsync("/v1/portfolio/targets")).Json.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task A_bad_request_for_a_plan_is_refused()
    {
        var user = await host.SignUpAsync();
        await PutAsync(user, ("BETA", 1));
        Assert.Equal("trading_unavailable", (await user.PostAsync("/v1/portfolio/rebalance", new { mode = "execute" })).Code);
        foreach (
            var bad in new object[]
            {
                new { mode = "dream" },
                new { mode = "plan", cash = -1 },
                new { mode = "plan", band = 2 },
                new { mode = "plan", lotMethod = "best" },
                new
                {
                    mode = "plan",
                    taxAware = true,
                    lotMethod = "fifo",
                },
            }
        )
            Assert.Equal(HttpStatusCode.BadRequest, (await user.PostAsync("/v1/portfolio/rebalance", bad)).Status);
    }

    [Fact]
    public async Task A_job_of_somebody_else_is_not_found()
    {
        var user = await host.SignUpAsync();
        await PutAsync(user, ("BETA", 1));
        var started = await user.PostAsync("/v1/portfolio/rebalance", new { mode = "plan", cash = 100 });
        Assert.Equal(HttpStatusCode.NotFound, (await (await host.SignUpAsync()).GetAsync(Text(started.Json, "statusUrl"))).Status);
    }

    private static async Task<JsonElement> PlanAsync(TestUser user, object body)
    {
        var started = await user.PostAsync("/v1/portfolio/rebalance", body);
        Assert.Equal(HttpStatusCode.Accepted, started.Status);
        for (var i = 0; ; i++)
        {
            var job = (await user.GetAsync(Text(started.Json, "statusUrl"))).Json;
            if (Text(job, "status") == "completed") return job.GetProperty("output");
            Assert.True(i < 300 && Text(job, "status") is "pending" or "running", job.ToString());
            await Task.Delay(100);
        }
    }

    private static Task<Reply> PutAsync(TestUser user, params (string Symbol, decimal Weight)[] items) =>
        user.SendAsync(
            HttpMethod.Put,
            "/v1/portfolio/targets",
            JsonContent.Create(new { items = items.Select(i => new { symbol = i.Symbol, weight = i.Weight }) })
        );

    private static decimal Number(JsonElement json, string name) => json.GetProperty(name).GetDecimal();
    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
