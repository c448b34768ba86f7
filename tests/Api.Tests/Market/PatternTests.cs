using System.Globalization;
using System.Net;

namespace AgentInvest.Api.Tests;

public sealed class PatternTests(TestHost host) : IClassFixture<TestHost>
{
    private const string Path = "/v1/market/patterns";

    private static object Bar(string t, double open, double high, double low, double close) =>
        new
        {
            t,
            o = open,
            h = high,
            l = low,
            c = close,
            v = 100,
        };

    /// <summary>Twelve calm bars, then one that engulfs the last of them.</summary>
    private static object[] Bars(Func<int, string> time) =>
        [
            .. Enumerable.Range(0, 11).Select(i => Bar(time(i), 100, 101.5, 99.5, 101)),
            Bar(time(11), 101, 101.5, 99.5, 100),
            Bar(time(12), 99.75, 103, 99.75, 102.75),
        ];

    [Theory]
    [InlineData("yyyy-MM-dd", 24)]
    [InlineData("yyyy-MM-ddTHH:mm:ssZ", 1)]
    [InlineData("yyyy-MM-ddTHH:mm:ss.000+00:00", 1)]
    public async Task Own_bars_get_their_patterns_in_their_own_words(string format, int hours)
    {
        var user = await host.SignUpAsync();
        string Time(int bar) => new DateTime(2024, 1, 1).AddHours(hours * bar).ToString(format, CultureInfo.InvariantCulture);
        var reply = await user.PostAsync(Path, new { bars = Bars(Time) });
        Assert.True(reply.Status == HttpStatusCode.OK, reply.Text);
        Assert.False(reply.Json.TryGetProperty("symbol", out _));
        Assert.Equal(
            ["CDLBELTHOLD", "CDLENGULFING", "CDLLONGLINE"],
            reply.Json.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("name").GetString())
        );
        Assert.All(reply.Json.GetProperty("items").EnumerateArray(), i =>
        {
            Assert.Equal(Time(12), i.GetProperty("t").GetString());
            Assert.Equal(100, i.GetProperty("strength").GetInt32());
            Assert.Equal(["name", "t", "strength"], i.EnumerateObject().Select(m => m.Name));
        });
    }

    [Theory]
    [InlineData("""{"bars":[]}""", "bars")]
    [InlineData("""{}""", "bars")]
    [InlineData("""{"bars":[{"t":"2024-01-02","o":1,"h":1,"l":1,"c":1,"v":1}],"names":["CDLDOJI"]}""", "names")]
    [InlineData("""{"bars":[{"t":"2024-01-02","o":3,"h":2,"l":1,"c":1,"v":1}]}""", "bars[0].o")]
    [InlineData("""{"bars":[{"t":"2024-01-02","o":1,"h":1,"l":1,"c":1}]}""", "bars[0].v")]
    [InlineData(
        """{"bars":[{"t":"2024-01-02","o":1,"h":1,"l":1,"c":1,"v":1},{"t":"2024-01-01","o":1,"h":1,"l":1,"c":1,"v":1}]}""",
        "bars[1].t"
    )]
    [InlineData("""{"bars":[{"t":"2024-01-02","o":1,"h":1,"l":1,"c":1,"v":1},null]}""", "bars[1]")]
    public async Task Bars_that_are_none_are_refused_by_name(string body, string field)
    {
        var reply = await (await host.SignUpAsync()).PostRawAsync(Path, body);
        Assert.True(reply.Status == HttpStatusCode.BadRequest, reply.Text);
        Assert.Equal(field, reply.Json.GetProperty("errors").EnumerateObject().Single().Name);
    }

    [Fact]
    public async Task Patterns_of_own_bars_need_a_sign_in() =>
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await new TestUser(host.Url, "", "").PostAsync(Path, new { bars = Bars(i => $"2024-01-{i + 1:00}") })).Status
        );

    [Fact]
    public async Task Ten_thousand_own_bars_are_the_most_that_are_taken()
    {
        var user = await host.SignUpAsync();
        object[] Flat(int count) =>
            Enumerable
                .Range(0, count)
                .Select(i => Bar(new DateOnly(1990, 1, 1).AddDays(i).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), 1, 2, 1, 1))
                .ToArray();
        Assert.Equal(HttpStatusCode.OK, (await user.PostAsync(Path, new { bars = Flat(10_000) })).Status);
        Assert.Equal("validation_failed", (await user.PostAsync(Path, new { bars = Flat(10_001) })).Code);
    }

    [Fact]
    public async Task A_chart_shape_comes_with_its_evidence()
    {
        var stranger = new TestUser(host.Url, "", "");
        const string range = "from=2018-01-01&to=2023-12-31";
        var days = (await stranger.GetAsync($"/v1/market/stocks/AAPL/history?{range}"))
            .Json.GetProperty("bars")
            .EnumerateArray()
            .Select(b => b.GetProperty("t").GetString()!)
            .ToList();
        var items = (await stranger.GetAsync($"/v1/market/stocks/AAPL/patterns?{range}"))
            .Json.GetProperty("items")
            .EnumerateArray()
            .ToList();
        var shapes = items.Where(i => i.TryGetProperty("points", out _)).ToList();
        Assert.True(shapes.Select(s => s.GetProperty("name").GetString()).Distinct().Count() >= 5, $"{shapes.Count} shapes");
        Assert.All(shapes, shape =>
        {
            var at = days.IndexOf(shape.GetProperty("t").GetString()!);
            var points = shape.GetProperty("points").EnumerateArray().ToList();
            Assert.True(points.Count >= 2);
            Assert.All(points, p => Assert.InRange(days.IndexOf(p.GetProperty("t").GetString()!), 0, at));
            Assert.All(points, p => Assert.True(p.GetProperty("price").GetDouble() > 0 && p.GetProperty("role").GetString()!.Length > 0));
            Assert.InRange(shape.GetProperty("fit").GetDouble(), 0, 1);
            Assert.True(shape.GetProperty("invalidation").GetDouble() > 0);
        });
        Assert.All(
            items.Except(shapes),
            candle => Assert.StartsWith("CDL", candle.GetProperty("name").GetString()!, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Patterns_of_a_symbol_are_those_of_its_history()
    {
        var stranger = new TestUser(host.Url, "", "");
        const string range = "from=2022-01-01&to=2023-12-31";
        var history = (await stranger.GetAsync($"/v1/market/stocks/AAPL/history?{range}")).Json.GetProperty("bars");
        var reply = await stranger.GetAsync($"/v1/market/stocks/aapl/patterns?{range}");
        Assert.True(reply.Status == HttpStatusCode.OK, reply.Text);
        Assert.Equal("AAPL", reply.Json.GetProperty("symbol").GetString());
        var items = reply
            .Json.GetProperty("items")
            .EnumerateArray()
            .Select(i => (T: i.GetProperty("t").GetString()!, Name: i.GetProperty("name").GetString()!))
            .ToList();
        Assert.True(items.Count > 100);
        Assert.Equal(items.OrderBy(i => i.T, StringComparer.Ordinal).ThenBy(i => i.Name, StringComparer.Ordinal), items);
        var own = await (await host.SignUpAsync()).PostAsync(Path, new { bars = history });
        Assert.Equal(own.Json.GetProperty("items").GetRawText(), reply.Json.GetProperty("items").GetRawText());
        Assert.NotEqual(reply.Text, (await stranger.GetAsync($"/v1/market/stocks/AAPL/patterns?{range}&interval=1w")).Text);
    }

    [Fact]
    public async Task Patterns_the_client_has_already_are_not_sent_again()
    {
        var stranger = new TestUser(host.Url, "", "");
        const string range = "from=2022-01-01&to=2023-12-31";
        var reply = await stranger.GetAsync($"/v1/market/stocks/AAPL/patterns?{range}");
        Assert.Equal(
            HttpStatusCode.NotModified,
            (await stranger.GetAsync($"/v1/market/stocks/AAPL/patterns?{range}", ("If-None-Match", reply.Header("ETag")!))).Status
        );
    }

    [Fact]
    public async Task Patterns_that_cannot_be_looked_for_are_refused()
    {
        var stranger = new TestUser(host.Url, "", "");
        Assert.Equal("not_found", (await stranger.GetAsync("/v1/market/stocks/NOSUCH/patterns")).Code);
        Assert.Equal(
            "interval",
            (await stranger.GetAsync("/v1/market/stocks/AAPL/patterns?interval=2d"))
                .Json.GetProperty("errors")
                .EnumerateObject()
                .Single()
                .Name
        );
    }
}
