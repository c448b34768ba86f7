using System.Globalization;
using System.Text.Json;

namespace AgentInvest.Api.Tests;

public sealed class AiRiskTests(TestHost host) : IClassFixture<TestHost>
{
    private static readonly double[] Mixed = [.01, .10, -.04, .02, .03, .02, .01, -.10];

    [Fact]
    public async Task Returns_are_measured_to_the_published_digits()
    {
        var user = await host.SignUpAsync();
        var reply = await user.PostAsync(
            "/v1/ai/risk",
            new { returns = Mixed, benchmark = new[] { -.06, -.07, -.01, -.09, -.02, -.06, -.08, -.05 } }
        );
        Assert.True((int)reply.Status == 200, reply.Text);
        double Of(string name) => reply.Json.GetProperty(name).GetDouble();
        Assert.Equal(0.9136465399704637, Of("volatility"), 1e-12);
        Assert.Equal(1.7238613961706866, Of("sharpe"), 1e-12);
        Assert.Equal(2.605531251673693, Of("sortino"), 1e-12);
        Assert.Equal(-0.1, Of("maxDrawdown"), 1e-12);
        Assert.Equal(-0.71296296296296313, Of("beta"), 1e-12);
        Assert.Equal(-0.9997853834885004, Of("alpha"), 1e-9);
        Assert.Equal(-0.079, Of("var"), 1e-12);
        Assert.Equal(-0.1, Of("cvar"), 1e-12);
        // Eight returns are too few for a forecast that has a record.
        Assert.Equal(JsonValueKind.Null, reply.Json.GetProperty("forecastVolatility").ValueKind);
    }

    [Fact]
    public async Task Figures_that_one_return_does_not_define_are_null()
    {
        var user = await host.SignUpAsync();
        var one = (await user.PostAsync("/v1/ai/risk", new { returns = new[] { .01 } })).Json;
        foreach (
            var name in new[] { "volatility", "sharpe", "sortino", "calmar", "beta", "alpha", "skew", "kurtosis", "forecastVolatility" }
        )
            Assert.Equal(JsonValueKind.Null, one.GetProperty(name).ValueKind);
        Assert.Equal(0, one.GetProperty("maxDrawdown").GetDouble());
    }

    [Fact]
    public async Task Symbols_are_measured_with_a_forecast()
    {
        var user = await host.SignUpAsync();
        var reply = await user.PostAsync("/v1/ai/risk", new { symbols = new[] { "aapl", "MSFT" }, benchmark = "SPY" });
        Assert.True((int)reply.Status == 200, reply.Text);
        var forecast = reply.Json.GetProperty("forecastVolatility");
        Assert.InRange(forecast.GetProperty("value").GetDouble(), 0.01, 2);
        Assert.Equal(1, forecast.GetProperty("horizonDays").GetInt32());
        var evidence = forecast.GetProperty("outOfSample");
        Assert.True(evidence.GetProperty("qlike").GetDouble() <= evidence.GetProperty("baseline").GetProperty("qlike").GetDouble());
        Assert.Equal(
            ("constant", "simulated"),
            (evidence.GetProperty("baseline").GetProperty("name").GetString(), reply.Json.GetProperty("source").GetString())
        );
        Assert.Equal(756, reply.Json.GetProperty("observations").GetInt32());
    }

    [Fact]
    public async Task A_symbol_against_itself_has_a_beta_of_one()
    {
        var user = await host.SignUpAsync();
        var itself = (await user.PostAsync("/v1/ai/risk", new { symbols = new[] { "SPY" }, benchmark = "SPY" })).Json;
        Assert.Equal(
            (1, 0),
            (Math.Round(itself.GetProperty("beta").GetDouble(), 9), Math.Round(itself.GetProperty("alpha").GetDouble(), 9))
        );
    }

    [Fact]
    public async Task A_portfolio_is_measured_for_its_owner_alone()
    {
        var owner = await host.SignUpAsync();
        await owner.BuyAsync("AAPL", 10, 100, "2024-01-02T15:00:00Z");
        var portfolio = (await owner.GetAsync("/v1/portfolio")).Json.GetProperty("id").GetString();
        var reply = await owner.PostAsync("/v1/ai/risk", new { portfolioId = portfolio, benchmark = "AAPL" });
        Assert.True((int)reply.Status == 200, reply.Text);
        Assert.True(reply.Json.GetProperty("observations").GetInt32() > 250);
        Assert.InRange(reply.Json.GetProperty("beta").GetDouble(), 0.9, 1.1);
        Assert.Equal("not_found", (await (await host.SignUpAsync()).PostAsync("/v1/ai/risk", new { portfolioId = portfolio })).Code);
    }

    [Theory]
    [InlineData("""{}""", "returns")]
    [InlineData("""{"returns":[]}""", "returns")]
    [InlineData("""{"returns":[0.1],"symbols":["AAPL"]}""", "returns")]
    [InlineData("""{"returns":[0.1,null]}""", "returns[1]")]
    [InlineData("""{"returns":[0.1,-1.5]}""", "returns[1]")]
    [InlineData("""{"returns":[0.1,1e999]}""", "returns[1]")]
    [InlineData("""{"returns":[0.1,0.2],"benchmark":[0.1]}""", "benchmark")]
    [InlineData("""{"returns":[0.1,0.2],"benchmark":["a","b"]}""", "benchmark")]
    [InlineData("""{"returns":[0.1,0.2],"benchmark":"SPY"}""", "benchmark")]
    [InlineData("""{"returns":[0.1,0.2],"confidence":1}""", "confidence")]
    [InlineData("""{"returns":[0.1,0.2],"periodsPerYear":0}""", "periodsPerYear")]
    [InlineData("""{"symbols":["A B"]}""", "symbols[0]")]
    [InlineData("""{"symbols":[]}""", "symbols")]
    [InlineData("""{"portfolioId":"x"}""", "portfolioId")]
    [InlineData("""{"returns":[0.1,0.2],"window":3}""", "window")]
    public async Task What_is_wrong_is_named(string body, string field)
    {
        var reply = await (await host.SignUpAsync()).PostRawAsync("/v1/ai/risk", body);
        Assert.True((int)reply.Status == 400, string.Create(CultureInfo.InvariantCulture, $"{(int)reply.Status}: {reply.Text}"));
        Assert.True(reply.Json.GetProperty("errors").TryGetProperty(field, out _), reply.Text);
    }

    [Fact]
    public async Task Measuring_risk_needs_a_sign_in() =>
        Assert.Equal("unauthenticated", (await new TestUser(host.Url, "", "").PostAsync("/v1/ai/risk", new { returns = Mixed })).Code);

    [Fact]
    public async Task An_unknown_symbol_is_not_found()
    {
        Assert.Equal("not_found", (await (await host.SignUpAsync()).PostAsync("/v1/ai/risk", new { symbols = new[] { "NOSUCH" } })).Code);
    }
}
