using System.Net;
using System.Net.WebSockets;

namespace AgentInvest.Api.Tests;

public sealed class QuickMarketHost : TestHost
{
    public override IReadOnlyDictionary<string, string?> Settings { get; } =
        new Dictionary<string, string?> { ["Market:Simulated:TicksPerSecond"] = "50" };
}

/// <summary>Live quotes for stock clients, as a browser has them.</summary>
public sealed class RealtimeTests(QuickMarketHost host) : IClassFixture<QuickMarketHost>
{
    private const string Path = "/v1/market/realtime/AAPL,msft";

    [Theory]
    [InlineData("WebSockets", Path)]
    [InlineData("ServerSentEvents", Path)]
    [InlineData("LongPolling", Path)]
    [InlineData("WebSockets", "/market/realtime/AAPL,msft")]
    [InlineData("LongPolling", "/market/realtime/AAPL,msft")]
    public async Task A_snapshot_is_followed_by_the_changes_of_its_symbols(string transport, string path)
    {
        await using var client = new RealtimeClient(host.Url, path, transport, (await host.SignUpAsync()).Token);
        for (var connection = 0; connection < 2; connection++)
        {
            await client.StartAsync();
            var delivered = new Dictionary<string, long>();
            for (var message = 0; message < 5; message++)
            {
                var quotes = (await client.ExpectAsync("quotes")).GetProperty("quotes").EnumerateArray().ToList();
                Assert.InRange(quotes.Count, message == 0 ? 2 : 1, 2);
                Assert.Equal(quotes.Count, quotes.Select(q => q.GetProperty("symbol").GetString()).Distinct().Count());
                foreach (var quote in quotes)
                {
                    var symbol = quote.GetProperty("symbol").GetString()!;
                    Assert.Contains(symbol, new[] { "AAPL", "MSFT" });
                    var seq = quote.GetProperty("seq").GetInt64();
                    // Absent on the first of a connection, also of a second one.
                    Assert.Equal(message > 0, quote.TryGetProperty("prevSeq", out var previous));
                    if (message > 0) Assert.Equal(delivered[symbol], previous.GetInt64());
                    Assert.True(seq > delivered.GetValueOrDefault(symbol, -1));
                    delivered[symbol] = seq;
                    foreach (var member in new[] { "price", "size", "bid", "ask", "time" })
                        Assert.True(quote.TryGetProperty(member, out _), member);
                    Assert.Equal("simulated", quote.GetProperty("source").GetString());
                }
            }
            await client.StopAsync();
            await client.UntilAsync("closed");
        }
    }

    [Theory]
    [InlineData("WebSockets")]
    [InlineData("ServerSentEvents")]
    [InlineData("LongPolling")]
    public async Task Logging_out_closes_the_connection_within_a_second(string transport)
    {
        var user = await host.SignUpAsync();
        await using var client = new RealtimeClient(host.Url, Path, transport, user.Token);
        await client.StartAsync();
        await client.UntilAsync("connected");
        Assert.Equal(HttpStatusCode.NoContent, (await user.PostAsync("/v1/auth/logout", new { })).Status);
        var answered = DateTimeOffset.UtcNow;
        var closed = await client.UntilAsync("closed");
        Assert.InRange(
            DateTimeOffset.FromUnixTimeMilliseconds(closed.GetProperty("at").GetInt64()) - answered,
            TimeSpan.FromSeconds(-1),
            TimeSpan.FromSeconds(1)
        );
        await client.StartAsync();
        Assert.Contains("401", (await client.ExpectAsync("refused")).GetProperty("error").GetString());
    }

    [Theory]
    [InlineData("/v1/market/realtime/AAPL,NOSUCH", null, "404")]
    [InlineData("/v1/market/realtime/AAPL,a$b", null, "400")]
    [InlineData("/v1/market/realtime/AAPL", "not.a.token", "401")]
    [InlineData("/v1/market/realtime/AAPL", "", "401")]
    public async Task Negotiation_is_refused_with_its_status(string path, string? token, string status)
    {
        await using var client = new RealtimeClient(host.Url, path, "WebSockets", token ?? (await host.SignUpAsync()).Token);
        await client.StartAsync();
        Assert.Contains($"'{status}'", (await client.ExpectAsync("refused")).GetProperty("error").GetString());
    }

    [Fact]
    public async Task The_token_of_a_negotiation_is_for_the_hub_alone()
    {
        var user = await host.SignUpAsync();
        var negotiated = (await user.PostAsync(Path + "/negotiate?negotiateVersion=1")).Json;
        var hubToken = negotiated.GetProperty("accessToken").GetString()!;
        Assert.StartsWith(host.Url.ToString(), negotiated.GetProperty("url").GetString());
        var stranger = new TestUser(host.Url, "", "");
        foreach (var token in new[] { "", user.Token, "junk", hubToken[..^2] + (hubToken[^1] == 'A' ? "BB" : "AA") })
            Assert.Equal(
                (HttpStatusCode.Unauthorized, "unauthenticated"),
                await stranger.PostAsync("/v1/hubs/quotes/negotiate?negotiateVersion=1&access_token=" + token) is var r
                    ? (r.Status, r.Code)
                    : default
            );
        Assert.Equal(
            HttpStatusCode.OK,
            (await stranger.PostAsync("/v1/hubs/quotes/negotiate?negotiateVersion=1&access_token=" + hubToken)).Status
        );
        stranger.Token = hubToken;
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync("/v1/auth/me")).Status);
        Assert.NotEqual(HttpStatusCode.OK, (await stranger.GetAsync("/v1/hubs/quotes?id=of-nobody")).Status);
        using var socket = new ClientWebSocket();
        await Assert.ThrowsAsync<WebSocketException>(() =>
            socket.ConnectAsync(new Uri($"ws://127.0.0.1:{host.Url.Port}/v1/hubs/quotes?id=of-nobody"), CancellationToken.None)
        );
    }
}
