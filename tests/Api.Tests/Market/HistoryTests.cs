using System.Globalization;
using System.Net;
using System.Text.Json;

namespace AgentInvest.Api.Tests;

/// <summary>GET /market/stocks/{symbol}/history over HTTP, of the simulated market.</summary>
public sealed class HistoryTests(TestHost host) : IClassFixture<TestHost>
{
    private readonly TestUser _anyone = new(host.Url, "", "");

    [Fact]
    public async Task A_limit_cuts_the_answer_into_pages()
    {
        const string Path = "/v1/market/stocks/MSFT/history?from=2024-01-01&to=2024-01-31";
        var whole = await BarsAsync(Path);
        var paged = new List<Item>();
        string? cursor = null;
        do
        {
            var page = (await _anyone.GetAsync($"{Path}&limit=8&cursor={cursor}")).Json;
            var bars = page.GetProperty("bars").Deserialize<List<Item>>(JsonSerializerOptions.Web)!;
            Assert.InRange(bars.Count, 1, 8);
            paged.AddRange(bars);
            cursor = page.GetProperty("nextCursor").GetString();
        } while (cursor is not null);
        Assert.Equal(whole, paged);
    }

    [Fact]
    public async Task A_page_that_ends_with_the_last_bar_has_no_next_one()
    {
        const string Path = "/v1/market/stocks/MSFT/history?from=2024-01-01&to=2024-01-31";
        var count = (await BarsAsync(Path)).Count;
        var page = (await _anyone.GetAsync($"{Path}&limit={count}")).Json;
        Assert.Equal(
            (count, JsonValueKind.Null),
            (page.GetProperty("bars").GetArrayLength(), page.GetProperty("nextCursor").ValueKind)
        );
    }

    [Fact]
    public async Task More_than_ten_thousand_bars_come_in_pages_without_gaps()
    {
        var from = DateTime.UtcNow.Date.AddDays(-7).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var to = DateTime.UtcNow.AddMinutes(-1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var path = $"/v1/market/stocks/BTC-USD/history?interval=1m&from={from}&to={to}";
        var first = (await _anyone.GetAsync(path)).Json;
        Assert.Equal(10_000, first.GetProperty("bars").GetArrayLength());
        var second = (await _anyone.GetAsync($"{path}&cursor={first.GetProperty("nextCursor").GetString()}")).Json;
        Assert.Equal(JsonValueKind.Null, second.GetProperty("nextCursor").ValueKind);
        var times = new[] { first, second }
            .SelectMany(p => p.GetProperty("bars").EnumerateArray())
            .Select(b => b.GetProperty("t").GetDateTimeOffset())
            .ToList();
        Assert.Equal(from, first.GetProperty("bars")[0].GetProperty("t").GetString());
        Assert.All(times.Zip(times.Skip(1)), t => Assert.Equal(TimeSpan.FromMinutes(1), t.Second - t.First));
        Assert.InRange((DateTimeOffset.UtcNow - times[^1]).TotalMinutes, 1, 4);
    }

    [Fact]
    public async Task A_split_shows_in_raw_bars_only()
    {
        const string Path = "/v1/market/stocks/AAPL/history?from=2020-08-28&to=2020-08-31";
        var raw = await BarsAsync(Path + "&adjusted=false");
        var adjusted = await BarsAsync(Path);
        Assert.Equal(["2020-08-28", "2020-08-31"], raw.Select(b => b.T));
        Assert.InRange(raw[0].C / raw[1].C, 3.5m, 4.5m);
        Assert.InRange(adjusted[0].C / adjusted[1].C, 0.9m, 1.1m);
        Assert.Equal(raw[0].V * 4, adjusted[0].V);
        Assert.Equal(raw[1].V, adjusted[1].V);
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task Stored_bars_are_those_of_the_provider(string adjusted)
    {
        var path = $"/v1/market/stocks/AAPL/history?from=2020-06-01&to=2020-12-31&adjusted={adjusted}";
        for (var i = 0; i < 300 && !await LoadedAsync("AAPL"); i++) await Task.Delay(100);
        Assert.True(await LoadedAsync("AAPL"));
        await using var unloaded = await OwnHost.StartAsync(new TestHost());
        // A host of its own that has just started answers from the provider; a twin, with nothing in memory yet, from what is stored.
        var fromProvider = (await new TestUser(unloaded.Host.Url, "", "").GetAsync(path)).Json.GetProperty("bars").ToString();
        var twin = await host.StartTwinAsync();
        try
        {
            Assert.Equal(fromProvider, (await new TestUser(twin.Url, "", "").GetAsync(path)).Json.GetProperty("bars").ToString());
        }
        finally
        {
            await twin.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("1d", "2024-01-02", 252)]
    [InlineData("1w", "2024-01-01", 53)]
    [InlineData("1mo", "2024-01-01", 12)]
    public async Task Longer_bars_are_made_of_the_days(string interval, string first, int count)
    {
        var days = await BarsAsync("/v1/market/stocks/MSFT/history?from=2024-01-01&to=2024-12-31");
        var bars = await BarsAsync($"/v1/market/stocks/MSFT/history?from=2024-01-01&to=2024-12-31&interval={interval}");
        Assert.Equal((first, count), (bars[0].T, bars.Count));
        Assert.Equal(
            (days[0].O, days[^1].C, days.Sum(d => d.V), days.Max(d => d.H), days.Min(d => d.L)),
            (bars[0].O, bars[^1].C, bars.Sum(b => b.V), bars.Max(b => b.H), bars.Min(b => b.L))
        );
    }

    [Theory]
    [InlineData("5m", 5)]
    [InlineData("15m", 15)]
    [InlineData("1h", 60)]
    public async Task Intervals_within_the_day_are_made_of_the_minutes(string interval, int minutes)
    {
        var hour = DateTimeOffset.UtcNow.AddDays(-1).ToString("yyyy-MM-dd'T'HH", CultureInfo.InvariantCulture);
        var range = $"from={hour}:00:00Z&to={hour}:59:59Z";
        var fine = await BarsAsync($"/v1/market/stocks/ETH-USD/history?interval=1m&{range}");
        var bars = await BarsAsync($"/v1/market/stocks/ETH-USD/history?interval={interval}&{range}");
        Assert.Equal((60, 60 / minutes), (fine.Count, bars.Count));
        Assert.All(
            bars.Zip(fine.Chunk(minutes)),
            b =>
                Assert.Equal(
                    (b.Second[0].O, b.Second.Max(m => m.H), b.Second.Min(m => m.L), b.Second[^1].C, b.Second.Sum(m => m.V)),
                    (b.First.O, b.First.H, b.First.L, b.First.C, b.First.V)
                )
        );
    }

    [Theory]
    [InlineData("interval=2d", "interval")]
    [InlineData("from=yesterday", "from")]
    [InlineData("from=2024-02-01&to=2024-01-01", "from")]
    [InlineData("to=2024-13-01", "to")]
    [InlineData("adjusted=maybe", "adjusted")]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=10001", "limit")]
    [InlineData("cursor=!!", "cursor")]
    [InlineData("cursor=bm90IG9uZQ", "cursor")]
    public async Task Bad_parameters_are_refused_by_name(string query, string field)
    {
        var reply = await _anyone.GetAsync("/v1/market/stocks/AAPL/history?" + query);
        Assert.Equal((HttpStatusCode.BadRequest, "validation_failed"), (reply.Status, reply.Code));
        Assert.True(reply.Json.GetProperty("errors").TryGetProperty(field, out _), reply.Text);
    }

    private sealed record Item(string T, decimal O, decimal H, decimal L, decimal C, decimal V);

    private async Task<List<Item>> BarsAsync(string path) =>
        (await _anyone.GetAsync(path)).Json.GetProperty("bars").Deserialize<List<Item>>(JsonSerializerOptions.Web)!;

    private async Task<bool> LoadedAsync(string symbol)
    {
        await using var connection = new Npgsql.NpgsqlConnection(host.ConnectionString);
        await connection.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand(
            "select exists (select from market.series where symbol = $1 and version <> '')",
            connection
        )
        {
            Parameters = { new() { Value = symbol } },
        };
        return (bool)(await command.ExecuteScalarAsync())!;
    }
}
