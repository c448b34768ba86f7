using System.Globalization;
using System.Net;
using System.Text.Json;
using AgentInvest.Finance.Indicators;

namespace AgentInvest.Api.Tests;

public sealed class IndicatorTests(TestHost host) : IClassFixture<TestHost>
{
    private const string Path = "/v1/market/indicators";

    private static object Bar(int day, double close) =>
        new
        {
            t = new DateOnly(2024, 1, 1).AddDays(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            o = close,
            h = close + 1,
            l = close - 1,
            c = close,
            v = 100,
        };

    private static object[] Bars(int count) => Enumerable.Range(0, count).Select(i => Bar(i, 100 + i % 7 + i / 10d)).ToArray();

    private static double?[] Values(JsonElement answer, int series, string output) =>
        answer
            .GetProperty("series")[series]
            .GetProperty("outputs")
            .GetProperty(output)
            .EnumerateArray()
            .Select(p => p.GetProperty("value") is { ValueKind: JsonValueKind.Number } v ? v.GetDouble() : (double?)null)
            .ToArray();

    [Fact]
    public async Task Own_bars_get_what_the_catalogue_computes()
    {
        var user = await host.SignUpAsync();
        var reply = await user.PostAsync(
            Path,
            new
            {
                bars = new[] { Bar(0, 1), Bar(1, 2), Bar(2, 4), Bar(3, 8) },
                names = new[] { "SMA:2", "macd:1:2:1", "zigzag:10", "renko:1" },
            }
        );
        Assert.True(reply.Status == HttpStatusCode.OK, reply.Text);
        Assert.Equal([null, 1.5, 3, 6], Values(reply.Json, 0, "sma"));
        var sma = reply.Json.GetProperty("series")[0];
        Assert.Equal("sma", sma.GetProperty("name").GetString());
        Assert.Equal(2, sma.GetProperty("params").GetProperty("lookbackPeriods").GetInt32());
        Assert.Equal("2024-01-01", sma.GetProperty("outputs").GetProperty("sma")[0].GetProperty("t").GetString());
        Assert.Equal(
            ["macd", "signal", "histogram", "fastEma", "slowEma"],
            reply.Json.GetProperty("series")[1].GetProperty("outputs").EnumerateObject().Select(o => o.Name)
        );
        Assert.Equal("close", reply.Json.GetProperty("series")[2].GetProperty("params").GetProperty("endType").GetString());
        // 1 → 2 lays one brick, → 4 two, → 8 four; each bar's bricks bear its day.
        Assert.Equal(
            ["2024-01-02", "2024-01-03", "2024-01-03", "2024-01-04"],
            reply
                .Json.GetProperty("series")[3]
                .GetProperty("outputs")
                .GetProperty("isUp")
                .EnumerateArray()
                .Take(4)
                .Select(p => p.GetProperty("t").GetString())
        );
    }

    [Fact]
    public async Task Every_listed_name_or_alias_can_be_asked_for()
    {
        var user = await host.SignUpAsync();
        var items = (await user.GetAsync(Path)).Json.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(Catalogue.All.Count, items.Count);
        foreach (var chunk in items.Chunk(20))
        {
            var names = chunk
                .SelectMany(i => i.GetProperty("aliases").EnumerateArray().Append(i.GetProperty("name")))
                .Select(n => n.GetString()!)
                .ToArray();
            foreach (var part in names.Chunk(25))
            {
                var reply = await user.PostAsync(Path, new { bars = Bars(200), names = part, benchmark = Bars(200) });
                Assert.True(reply.Status == HttpStatusCode.OK, reply.Text);
                Assert.Equal(part, reply.Json.GetProperty("series").EnumerateArray().Select(s => s.GetProperty("name").GetString()));
            }
        }
    }

    [Theory]
    [InlineData("""{"bars":[],"names":["sma"]}""", "bars")]
    [InlineData("""{"names":["sma"]}""", "bars")]
    [InlineData("""{"bars":[{"t":"2024-01-02","o":1,"h":1,"l":1,"c":1,"v":1}]}""", "names")]
    [InlineData("""{"bars":[{"t":"2024-01-02","o":1,"h":1,"l":1,"c":1,"v":1}],"names":[]}""", "names")]
    [InlineData("""{"bars":[{"t":"2024-01-02","o":1,"h":1,"l":1,"c":1,"v":1}],"names":["sma","nonsense"]}""", "names[1]")]
    [InlineData("""{"bars":[{"t":"2024-01-02","o":1,"h":1,"l":1,"c":1,"v":1}],"names":["sma:0"]}""", "names[0]")]
    [InlineData("""{"bars":[{"t":"2024-01-02","o":1,"h":1,"l":1,"c":1,"v":1}],"names":["sma:2.5"]}""", "names[0]")]
    [InlineData("""{"bars":[{"t":"2024-01-02","o":1,"h":1,"l":1,"c":1,"v":1}],"names":["sma:1e9"]}""", "names[0]")]
    [InlineData("""{"bars":[{"t":"2024-01-02","o":1,"h":1,"l":1,"c":1,"v":1}],"names":["sma:NaN"]}""", "names[0]")]
    [InlineData("""{"bars":[{"t":"2024-01-02","o":1,"h":1,"l":1,"c":1,"v":1}],"names":["sma:5:5"]}""", "names[0]")]
    [InlineData("""{"bars":[{"t":"2024-01-02","o":1,"h":1,"l":1,"c":1,"v":1}],"names":["macd:26:12"]}""", "names[0]")]
    [InlineData("""{"bars":[{"t":"2024-01-02","o":1,"h":1,"l":1,"c":1,"v":1}],"names":["beta"]}""", "benchmark")]
    [InlineData("""{"bars":[{"t":"2024-01-02","o":1,"h":1,"l":1,"c":1,"v":1}],"names":["sma"],"colour":"red"}""", "colour")]
    [InlineData("""{"bars":[{"t":"2024-01-02","o":1,"h":1,"l":2,"c":1,"v":1}],"names":["sma"]}""", "bars[0].h")]
    [InlineData("""{"bars":[{"t":"2024-01-02","o":3,"h":2,"l":1,"c":1,"v":1}],"names":["sma"]}""", "bars[0].o")]
    [InlineData("""{"bars":[{"t":"2024-01-02","o":1,"h":2,"l":1,"c":0,"v":1}],"names":["sma"]}""", "bars[0].c")]
    [InlineData("""{"bars":[{"t":"2024-01-02","o":1,"h":2,"l":1,"c":1,"v":-1}],"names":["sma"]}""", "bars[0].v")]
    [InlineData("""{"bars":[{"t":"2024-01-02","o":1,"h":1,"l":1,"v":1}],"names":["sma"]}""", "bars[0].c")]
    [InlineData("""{"bars":[{"t":"soon","o":1,"h":1,"l":1,"c":1,"v":1}],"names":["sma"]}""", "bars[0].t")]
    [InlineData(
        """{"bars":[{"t":"2024-01-02","o":1,"h":1,"l":1,"c":1,"v":1},{"t":"2024-01-02","o":1,"h":1,"l":1,"c":1,"v":1}],"names":["sma"]}""",
        "bars[1].t"
    )]
    [InlineData(
        """{"bars":[{"t":"2024-01-02","o":1,"h":1,"l":1,"c":1,"v":1},{"t":"2024-01-01","o":1,"h":1,"l":1,"c":1,"v":1}],"names":["sma"]}""",
        "bars[1].t"
    )]
    [InlineData(
        """{"bars":[{"t":"2024-01-02","o":1,"h":1,"l":1,"c":1,"v":1}"""
            + """,{"t":"2024-01-03T00:00:00Z","o":1,"h":1,"l":1,"c":1,"v":1}],"names":["sma"]}""",
        "bars[1].t"
    )]
    [InlineData("""{"bars":[{"t":"2024-01-02","o":1,"h":1,"l":1,"c":1,"v":1},null],"names":["sma"]}""", "bars[1]")]
    [InlineData(
        """{"bars":[{"t":"2024-01-02","o":1,"h":1,"l":1,"c":1,"v":1}"""
            + """,{"t":"2024-01-03","o":1e9,"h":1e9,"l":1e9,"c":1e9,"v":1}],"names":["renko:0.01"]}""",
        "names[0]"
    )]
    public async Task What_cannot_be_computed_is_refused_by_name(string body, string field)
    {
        var user = await host.SignUpAsync();
        var reply = await user.PostRawAsync(Path, body);
        Assert.True(reply.Status == HttpStatusCode.BadRequest, reply.Text);
        Assert.Equal(field, reply.Json.GetProperty("errors").EnumerateObject().Single().Name);
    }

    [Fact]
    public async Task Ten_thousand_bars_are_the_most_that_are_taken()
    {
        var user = await host.SignUpAsync();
        var reply = await user.PostAsync(Path, new { bars = Bars(10_000), names = new[] { "ema:20" } });
        Assert.Equal(10_000, Values(reply.Json, 0, "ema").Length);
        Assert.Equal("validation_failed", (await user.PostAsync(Path, new { bars = Bars(10_001), names = new[] { "ema:20" } })).Code);
    }

    [Fact]
    public async Task Indicators_of_own_bars_need_a_sign_in() =>
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await new TestUser(host.Url, "", "").PostAsync(Path, new { bars = Bars(5), names = new[] { "ema:2" } })).Status
        );

    [Fact]
    public async Task Indicators_of_a_symbol_are_those_of_its_history()
    {
        var stranger = new TestUser(host.Url, "", "");
        const string range = "from=2023-01-01&to=2023-12-31";
        var history = (await stranger.GetAsync($"/v1/market/stocks/AAPL/history?{range}")).Json.GetProperty("bars");
        var reply = await stranger.GetAsync($"/v1/market/stocks/AAPL/indicators?names=sma:20,beta,bb&benchmark=SPY&{range}");
        Assert.True(reply.Status == HttpStatusCode.OK, reply.Text);
        Assert.Equal("AAPL", reply.Json.GetProperty("symbol").GetString());
        Assert.Equal(
            Values(reply.Json, 0, "sma"),
            Values(reply.Json, 2, "sma").Select((v, i) => v is null ? v : Values(reply.Json, 0, "sma")[i])
        );
        Assert.NotNull(Values(reply.Json, 1, "beta")[^1]);
        var own = await (await host.SignUpAsync()).PostAsync(Path, new { bars = history, names = new[] { "sma:20" } });
        Assert.Equal(Values(own.Json, 0, "sma"), Values(reply.Json, 0, "sma"));
    }

    [Fact]
    public async Task Indicators_the_client_has_already_are_not_sent_again()
    {
        var stranger = new TestUser(host.Url, "", "");
        const string path = "/v1/market/stocks/AAPL/indicators?names=sma:20,beta,bb&benchmark=SPY&from=2023-01-01&to=2023-12-31";
        var reply = await stranger.GetAsync(path);
        Assert.Equal(
            HttpStatusCode.NotModified,
            (await stranger.GetAsync(path, ("If-None-Match", reply.Header("ETag")!))).Status
        );
    }

    [Fact]
    public async Task Indicators_are_of_the_bars_that_a_limit_leaves()
    {
        var stranger = new TestUser(host.Url, "", "");
        var reply = await stranger.GetAsync("/v1/market/stocks/AAPL/indicators?names=sma:2&from=2023-01-01&to=2023-12-31&limit=5");
        Assert.Equal(5, Values(reply.Json, 0, "sma").Length);
    }

    [Fact]
    public async Task Indicators_that_cannot_be_computed_are_refused()
    {
        var stranger = new TestUser(host.Url, "", "");
        Assert.Equal("not_found", (await stranger.GetAsync("/v1/market/stocks/NOSUCH/indicators?names=sma")).Code);
        Assert.Equal("validation_failed", (await stranger.GetAsync("/v1/market/stocks/AAPL/indicators")).Code);
        Assert.Equal("validation_failed", (await stranger.GetAsync("/v1/market/stocks/AAPL/indicators?names=corr")).Code);
    }

    [Theory]
    [InlineData("", 800)]
    [InlineData("?width=320&theme=dark&names=sma:20,bb,rsi,macd,adx,stoch", 320)]
    [InlineData("?width=1600&names=ichimoku,zigzag,vwap,supertrend,psar&interval=1w&from=2015-01-01", 1600)]
    [InlineData("?from=1990-01-01&to=1990-02-01", 800)]
    public async Task A_chart_stays_within_its_frame(string query, int width)
    {
        var reply = await new TestUser(host.Url, "", "").GetAsync("/v1/market/stocks/AAPL/chart.svg" + query);
        Assert.True(reply.Status == HttpStatusCode.OK, reply.Text);
        Assert.Equal("image/svg+xml", reply.ContentHeaders.ContentType!.MediaType);
        var svg = System.Xml.Linq.XDocument.Parse(reply.Text).Root!;
        Assert.Equal(width, (int)svg.Attribute("width")!);
        Assert.DoesNotContain("NaN", reply.Text, StringComparison.Ordinal);
        foreach (var text in svg.Descendants().Where(e => e.Name.LocalName == "text"))
            Assert.InRange((double)text.Attribute("x")!, 0, width - 10);
    }

    [Theory]
    [InlineData("width=319", "width")]
    [InlineData("width=1601", "width")]
    [InlineData("theme=pink", "theme")]
    [InlineData("names=beta", "names[0]")]
    [InlineData("names=sma,sma:0", "names[1]")]
    public async Task A_chart_that_cannot_be_drawn_is_refused_by_name(string query, string field)
    {
        var reply = await new TestUser(host.Url, "", "").GetAsync("/v1/market/stocks/AAPL/chart.svg?" + query);
        Assert.Equal(field, reply.Json.GetProperty("errors").EnumerateObject().Single().Name);
    }
}
