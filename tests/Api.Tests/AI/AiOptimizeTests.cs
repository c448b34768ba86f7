using System.Globalization;
using System.Text.Json;

namespace AgentInvest.Api.Tests;

public sealed class AiOptimizeTests(TestHost host) : IClassFixture<TestHost>
{
    private const string Path = "/v1/ai/portfolio-optimize";
    private static readonly string[] Universe = ["AAPL", "MSFT", "AMZN", "JPM", "SPY"];

    public static TheoryData<string> Objectives =>
        ["maxSharpe", "minVolatility", "riskParity", "hrp", "minCvar", "blackLitterman", "meanVariance"];

    [Theory]
    [MemberData(nameof(Objectives))]
    public async Task Every_objective_answers_a_whole_result(string objective)
    {
        var reply = await (await host.SignUpAsync()).PostAsync(
            Path,
            new
            {
                symbols = Universe,
                objective,
                riskFreeRate = -0.9,
                constraints = new { maxWeight = 0.4 },
            }
        );
        Assert.True((int)reply.Status == 200, reply.Text);
        var weights = reply.Json.GetProperty("weights").EnumerateObject().ToDictionary(w => w.Name, w => w.Value.GetDouble());
        Assert.Equal(Universe.Order(), weights.Keys.Order());
        Assert.Equal(1, weights.Values.Sum(), 1e-6);
        Assert.All(weights.Values, w => Assert.InRange(w, -1e-9, 0.4 + 1e-6));
        var frontier = reply
            .Json.GetProperty("frontier")
            .EnumerateArray()
            .Select(p => (Return: p.GetProperty("expectedReturn").GetDouble(), Volatility: p.GetProperty("volatility").GetDouble()))
            .ToList();
        Assert.Equal(20, frontier.Count);
        foreach (var (a, b) in frontier.Zip(frontier.Skip(1)))
            Assert.True(a.Return <= b.Return + 1e-9 && a.Volatility <= b.Volatility + 1e-9);
        var tested = reply.Json.GetProperty("outOfSample");
        Assert.Equal("equalWeight", tested.GetProperty("baseline").GetProperty("name").GetString());
        foreach (var record in new[] { tested, tested.GetProperty("baseline") })
            foreach (var member in new[] { "return", "volatility", "sharpe", "maxDrawdown", "turnover" })
            Assert.Equal(JsonValueKind.Number, record.GetProperty(member).ValueKind);
        Assert.True(tested.GetProperty("windows").GetInt32() > 1);
        Assert.Equal(objective == "blackLitterman", reply.Json.GetProperty("posterior").ValueKind == JsonValueKind.Object);
    }

    [DataFact("pypfopt")]
    public async Task Inline_prices_of_28_years_give_the_published_portfolios()
    {
        var lines = File.ReadAllLines(System.IO.Path.Combine(Checkout.Data("pypfopt")!, "stock_prices.csv"))
            .Select(l => l.Split(','))
            .ToArray();
        var prices = new
        {
            symbols = lines[0][1..],
            dates = lines.Skip(1).Select(l => l[0]),
            values = lines
                .Skip(1)
                .Select(l => l[1..].Select(v => v.Length == 0 ? (double?)null : double.Parse(v, CultureInfo.InvariantCulture))),
        };
        var user = await host.SignUpAsync();
        async Task<JsonElement> Ask(object body)
        {
            var reply = await user.PostAsync(Path, body);
            Assert.True((int)reply.Status == 200, reply.Text);
            return reply.Json;
        }
        static void Agrees(JsonElement answer, double expectedReturn, double volatility)
        {
            Assert.Equal(expectedReturn, answer.GetProperty("expectedReturn").GetDouble(), 1e-6);
            Assert.Equal(volatility, answer.GetProperty("volatility").GetDouble(), 1e-6);
        }
        Agrees(await Ask(new { prices, objective = "minVolatility" }), 0.150568, 0.159151);
        var sharpe = await Ask(new { prices, objective = "maxSharpe", riskFreeRate = 0.02 });
        Agrees(sharpe, 0.304777, 0.221656);
        Assert.Equal(1.284771, sharpe.GetProperty("sharpe").GetDouble(), 1e-6);
        Agrees(await Ask(new { prices, objective = "maxSharpe", riskFreeRate = 0.02, targetVolatility = 0.19 }), 0.255242, 0.19);
        Agrees(await Ask(new { prices, objective = "minVolatility", targetReturn = 0.25 }), 0.25, 0.187233);
        Assert.Equal(0.178442, (await Ask(new { prices, objective = "hrp" })).GetProperty("volatility").GetDouble(), 1e-6);
        Assert.Equal(-0.0170495, (await Ask(new { prices, objective = "minCvar" })).GetProperty("cvar").GetDouble(), 1e-7);
    }

    [Fact]
    public async Task A_certain_view_is_the_posterior_return()
    {
        var user = await host.SignUpAsync();
        var answer = (await user.PostAsync(Path, new
        {
            symbols = Universe, objective = "blackLitterman", riskFreeRate = -0.5,
            views = new[] { new { weights = new Dictionary<string, double> { ["AAPL"] = 1 }, @return = 0.4, confidence = 1.0 } },
            blackLitterman = new { prior = Universe.ToDictionary(s => s, _ => 0.1) },
        })).Json;
        Assert.Equal(0.4, answer.GetProperty("posterior").GetProperty("returns").GetProperty("AAPL").GetDouble(), 1e-9);
    }

    [Fact]
    public async Task Constraints_that_conflict_are_named()
    {
        var user = await host.SignUpAsync();
        var refused = await user.PostAsync(
            Path,
            new
            {
                symbols = Universe,
                objective = "minVolatility",
                sectors = new Dictionary<string, string>
                {
                    ["AAPL"] = "tech",
                    ["MSFT"] = "tech",
                    ["AMZN"] = "tech",
                },
                constraints = new
                {
                    sectorMax = new { tech = 0.3 },
                    maxWeight = 0.3,
                    minWeight = 0.01,
                },
            }
        );
        Assert.Equal((422, "infeasible"), ((int)refused.Status, refused.Code));
        Assert.Equal(
            ["constraints.maxWeight", "constraints.sectorMax.tech"],
            refused.Json.GetProperty("conflicts").EnumerateArray().Select(c => c.GetProperty("constraint").GetString()).Order()
        );
    }

    [Fact]
    public async Task An_objective_without_a_record_is_not_offered()
    {
        var user = await host.SignUpAsync();
        Assert.Equal("objective_not_available", (await user.PostAsync(Path, new { symbols = Universe, objective = "reinforcement" })).Code);
    }

    [Fact]
    public async Task What_trades_cost_keeps_weights_nearer_to_those_held()
    {
        var (user, current) = (await host.SignUpAsync(), new Dictionary<string, double> { ["AAPL"] = 0.5, ["MSFT"] = 0.5 });
        async Task<System.Text.Json.JsonElement> Ask(double? cost) =>
            (
                await user.PostAsync(
                    Path,
                    new
                    {
                        symbols = Universe,
                        objective = "minVolatility",
                        currentWeights = current,
                        transactionCost = cost,
                    }
                )
            ).Json;
        var (free, cheap, dear) = (await Ask(null), await Ask(0.001), await Ask(1));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, free.GetProperty("cost").ValueKind);
        Assert.True(cheap.GetProperty("turnover").GetDouble() <= free.GetProperty("turnover").GetDouble() + 1e-9);
        Assert.Equal(2 * 0.001 * cheap.GetProperty("turnover").GetDouble(), cheap.GetProperty("cost").GetDouble(), 1e-12);
        Assert.Equal(0, dear.GetProperty("turnover").GetDouble(), 1e-6);
        Assert.Equal(0.5, dear.GetProperty("weights").GetProperty("AAPL").GetDouble(), 1e-6);
    }

    [Theory]
    [InlineData("""{"objective":"hrp"}""", "symbols")]
    [InlineData("""{"symbols":["AAPL","MSFT"]}""", "objective")]
    [InlineData("""{"symbols":["AAPL","MSFT"],"objective":"best"}""", "objective")]
    [InlineData("""{"symbols":["AAPL","AAPL"],"objective":"hrp"}""", "symbols")]
    [InlineData("""{"symbols":["AAPL","MSFT"],"objective":"hrp","estimator":{"covariance":"robust"}}""", "estimator.covariance")]
    [InlineData("""{"symbols":["AAPL","MSFT"],"objective":"hrp","constraints":{"minWeight":-0.1}}""", "constraints.minWeight")]
    [InlineData("""{"symbols":["AAPL","MSFT"],"objective":"hrp","constraints":{"turnoverMax":0.1}}""", "currentWeights")]
    [InlineData("""{"symbols":["AAPL","MSFT"],"objective":"maxSharpe","transactionCost":0.1}""", "currentWeights")]
    [InlineData("""{"symbols":["AAPL","MSFT"],"objective":"maxSharpe","transactionCost":2}""", "transactionCost")]
    [InlineData("""{"symbols":["AAPL","MSFT"],"objective":"hrp","transactionCost":0.1,"currentWeights":{"AAPL":1}}""", "transactionCost")]
    [InlineData(
        """{"symbols":["AAPL","MSFT"],"objective":"maxSharpe","transactionCost":0.1,"currentWeights":{"AAPL":1},"targetVolatility":0.1}""",
        "transactionCost"
    )]
    [InlineData("""{"symbols":["AAPL","MSFT"],"objective":"hrp","constraints":{"sectorMax":{"tech":0.1}}}""", "constraints.sectorMax.tech")]
    [InlineData("""{"symbols":["AAPL","MSFT"],"objective":"hrp","currentWeights":{"TSLA":1}}""", "currentWeights.TSLA")]
    [InlineData("""{"symbols":["AAPL","MSFT"],"objective":"hrp","frontierPoints":5}""", "frontierPoints")]
    [InlineData("""{"symbols":["AAPL","MSFT"],"objective":"blackLitterman","views":[{"weights":{"AAPL":1}}]}""", "views[0].return")]
    [InlineData(
        """{"symbols":["AAPL","MSFT"],"objective":"blackLitterman","blackLitterman":{"prior":"market"}}""",
        "blackLitterman.marketCaps"
    )]
    [InlineData(
        """{"prices":{"symbols":["A","B"],"dates":["2024-01-01","2024-01-02","2024-01-03"],"""
            + """ "values":[[1,2],[1,null],[1,2]]},"objective":"hrp"}""",
        "prices.values[1][1]"
    )]
    [InlineData(
        """{"prices":{"symbols":["A","B"],"dates":["2024-01-01","2024-01-02","2024-01-03"],"""
            + """ "values":[[1,2],[1,0],[1,2]]},"objective":"hrp"}""",
        "prices.values[1][1]"
    )]
    [InlineData(
        """{"prices":{"symbols":["A","B"],"dates":["2024-01-01","2024-01-02","2024-01-02"],"""
            + """ "values":[[1,2],[1,2],[1,2]]},"objective":"hrp"}""",
        "prices.dates"
    )]
    [InlineData(
        """{"prices":{"symbols":["A","B"],"dates":["2024-01-01","2024-01-02","2024-01-03"],"""
            + """ "values":[[1,2],[1,3],[1,2]]},"objective":"hrp"}""",
        "prices.values"
    )]
    public async Task What_is_wrong_is_named(string body, string field)
    {
        var reply = await (await host.SignUpAsync()).PostRawAsync(Path, body);
        Assert.True((int)reply.Status == 400, string.Create(CultureInfo.InvariantCulture, $"{(int)reply.Status}: {reply.Text}"));
        Assert.True(reply.Json.GetProperty("errors").TryGetProperty(field, out _), reply.Text);
    }

    [Fact]
    public async Task Optimizing_needs_a_sign_in() =>
        Assert.Equal(
            "unauthenticated",
            (await new TestUser(host.Url, "", "").PostAsync(Path, new { symbols = Universe, objective = "hrp" })).Code
        );

    [Fact]
    public async Task An_unknown_symbol_is_not_found()
    {
        Assert.Equal(
            "not_found",
            (await (await host.SignUpAsync()).PostAsync(Path, new { symbols = new[] { "AAPL", "NOSUCH" }, objective = "hrp" })).Code
        );
    }
}
