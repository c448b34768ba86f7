using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Functions.Runtime;
using AgentInvest.Portfolio.Privacy;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace AgentInvest.Api.Tests;

/// <summary>What somebody sees of a portfolio who may not see amounts: a link, or a key, without the scope for values.</summary>
public sealed class PortfolioPrivacyTests(RecordedHost host) : IClassFixture<RecordedHost>
{
    [Fact]
    public void Every_function_that_a_reading_key_may_call_hides_amounts()
    {
        var policies = host
            .Services.GetRequiredService<EndpointDataSource>()
            .Endpoints.Where(e => e.Metadata.GetMetadata<FunctionMetadata>() is not null)
            .Select(e => (e.DisplayName, Policy: EndpointPolicy.Of(e.Metadata)))
            .Where(e => e.Policy.Scope == Scopes.PortfolioRead)
            .ToList();
        Assert.True(policies.Count > 10, "The functions were not found.");
        Assert.All(policies, e => Assert.IsType<ReadsPortfolioAttribute>(e.Policy.RequiredScope));
    }

    [Fact]
    public async Task The_price_of_a_purchase_is_hidden_from_a_key_without_values()
    {
        var user = await host.SignUpAsync();
        await user.BuyAsync("BETA", 30, 8, "2024-01-02T15:00:00Z");
        var entry = (await KeyGetAsync(user, "/v1/portfolio/transactions")).Json.GetProperty("items")[0];
        Assert.Equal(
            (JsonValueKind.Null, JsonValueKind.Null, JsonValueKind.Null),
            (entry.GetProperty("price").ValueKind, entry.GetProperty("quantity").ValueKind, entry.GetProperty("amount").ValueKind)
        );
    }

    [Fact]
    public async Task A_key_without_values_sees_percentages_of_two_digits()
    {
        var holding = (await KeyGetAsync(await WithTwoHoldingsAsync(), "/v1/portfolio")).Json.GetProperty("holdings")[0];
        Assert.Equal(42.86m, holding.GetProperty("unrealizedPnlPercent").GetDecimal());
    }

    [Fact]
    public async Task A_key_without_values_sees_weights_of_four_digits()
    {
        var holdings = (await KeyGetAsync(await WithTwoHoldingsAsync(), "/v1/portfolio")).Json.GetProperty("holdings");
        Assert.Equal([0.8571m, 0.1429m], holdings.EnumerateArray().Select(h => h.GetProperty("weight").GetDecimal()));
    }

    [Fact]
    public async Task A_link_without_values_shows_the_figures_that_a_key_without_values_sees()
    {
        var user = await WithTwoHoldingsAsync();
        var token = (await user.PostAsync("/v1/portfolio/shares", new { })).Json.GetProperty("token").GetString();
        var link = (await new TestUser(host.Url, "", "").GetAsync("/v1/shared/" + token)).Json.GetProperty("holdings");
        var key = (await KeyGetAsync(user, "/v1/portfolio")).Json.GetProperty("holdings");
        foreach (var figure in new[] { "weight", "unrealizedPnlPercent" })
            Assert.Equal(
                key.EnumerateArray().Select(h => h.GetProperty(figure).GetDecimal()),
                link.EnumerateArray().Select(h => h.GetProperty(figure).GetDecimal())
            );
    }

    [Fact]
    public async Task The_reasons_of_a_plan_are_hidden_from_a_key_without_values()
    {
        var user = await WithTwoHoldingsAsync();
        var targets = JsonContent.Create(new { items = new[] { new { symbol = "BETA", weight = 0.5m } } });
        await user.SendAsync(HttpMethod.Put, "/v1/portfolio/targets", targets);
        var started = (await user.PostAsync("/v1/portfolio/rebalance", new { })).Json.GetProperty("statusUrl").GetString()!;
        for (var i = 0; (await user.GetAsync(started)).Json.GetProperty("status").GetString() != "completed"; i++)
        {
            Assert.True(i < 100, "Not within 10 s.");
            await Task.Delay(100);
        }
        var trades = (await KeyGetAsync(user, started)).Json.GetProperty("output").GetProperty("trades").EnumerateArray().ToList();
        Assert.NotEmpty(trades);
        Assert.All(trades, t => Assert.Equal(JsonValueKind.Null, t.GetProperty("reason").ValueKind));
    }

    [Fact]
    public async Task A_file_of_the_ledger_is_refused_to_a_key_without_values()
    {
        var user = await host.SignUpAsync();
        await user.BuyAsync("BETA", 30, 8, "2024-01-02T15:00:00Z");
        var file = await KeyGetAsync(user, "/v1/portfolio/export?format=csv");
        Assert.Equal((HttpStatusCode.Forbidden, "insufficient_scope"), (file.Status, file.Code));
    }

    /// <summary>BETA worth 300 that cost 210, and ACME worth 50.</summary>
    private async Task<TestUser> WithTwoHoldingsAsync()
    {
        var user = await host.SignUpAsync();
        await user.BuyAsync("BETA", 30, 7, "2024-01-09T15:00:00Z"); // worth 300 at 10
        await user.BuyAsync("ACME", 1, 40, "2024-01-09T15:00:00Z"); // worth 50 at 50
        return user;
    }

    private async Task<Reply> KeyGetAsync(TestUser user, string path)
    {
        var made = await user.PostAsync("/v1/auth/api-keys", new { name = "reader", scopes = new[] { "portfolio:read" } });
        return await new TestUser(host.Url, "", "").GetAsync(path, ("X-Api-Key", made.Json.GetProperty("key").GetString()!));
    }
}
