using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;

namespace AgentInvest.Api.Tests;

/// <summary>A consumer that does not read, beside one that does.</summary>
public sealed class RealtimeBackpressureTests(QuickMarketHost host) : IClassFixture<QuickMarketHost>
{
    [Fact]
    public async Task A_client_that_does_not_read_costs_no_queue()
    {
        var user = await host.SignUpAsync();
        var symbols = string.Join(
            ',',
            (await user.GetAsync("/v1/market/trending"))
                .Json.GetProperty("items")
                .EnumerateArray()
                .Concat((await user.GetAsync("/v1/market/indices")).Json.GetProperty("items").EnumerateArray())
                .Select(i => i.GetProperty("symbol").GetString())
                .Concat([
                    "BTC-USD",
                    "ETH-USD",
                    "EURUSD",
                    "USDJPY",
                    "XOM",
                    "WMT",
                    "KO",
                    "PEP",
                    "CAT",
                    "GE",
                    "UPS",
                    "LIN",
                    "NEE",
                    "AMT",
                    "CVX",
                    "PG",
                    "COST",
                    "BA",
                    "HD",
                    "MCD",
                ])
                .Distinct()
        );
        var path = $"/v1/market/realtime/{Uri.EscapeDataString(symbols)}";
        using var slow = await ConnectSlowlyAsync(user, path);

        var received = 0;
        await using var fast = new HubConnectionBuilder()
            .WithUrl(new Uri(host.Url, path), o => o.AccessTokenProvider = () => Task.FromResult<string?>(user.Token))
            .Build();
        using var subscription = fast.On<JsonElement>("quotes", _ => Interlocked.Increment(ref received));
        await fast.StartAsync();
        for (var i = 0; Volatile.Read(ref received) < 900; i++)
        {
            Assert.True(i < 1200, $"The other one got {received} messages only.");
            await Task.Delay(50);
        }

        // The sockets' own buffers hold some megabytes. What lay in them comes first; then a quote that says the one before is long past,
        // and never one that was queued meanwhile. The server may also have given such a connection up: then nothing is queued for it
        // either, and it starts again with a snapshot.
        var delivered = new Dictionary<string, long>();
        var longest = 0L;
        for (var messages = 0; longest < 100; messages++)
        {
            Assert.True(messages < received, "All of it had been queued.");
            if (await ReadAsync(slow) is not { } quotes) break;
            foreach (var quote in quotes)
            {
                var (symbol, seq) = (quote.GetProperty("symbol").GetString()!, quote.GetProperty("seq").GetInt64());
                Assert.Equal(delivered.TryGetValue(symbol, out var before), quote.TryGetProperty("prevSeq", out var previous));
                if (delivered.ContainsKey(symbol)) Assert.Equal(before, previous.GetInt64());
                if (delivered.ContainsKey(symbol)) longest = Math.Max(longest, seq - before);
                delivered[symbol] = seq;
            }
        }
    }

    private async Task<ClientWebSocket> ConnectSlowlyAsync(TestUser user, string path)
    {
        var token = (await user.PostAsync(path + "/negotiate?negotiateVersion=1")).Json.GetProperty("accessToken").GetString();
        var slow = new ClientWebSocket();
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = async (context, ct) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
                await socket.ConnectAsync(context.DnsEndPoint, ct);
                return new NetworkStream(socket, ownsSocket: true);
            },
        }, disposeHandler: false);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await slow.ConnectAsync(new Uri($"ws://127.0.0.1:{host.Url.Port}/v1/hubs/quotes?access_token={token}"), invoker, patience.Token);
        await slow.SendAsync(
            Encoding.UTF8.GetBytes("{\"protocol\":\"json\",\"version\":1}\u001e"),
            WebSocketMessageType.Text,
            true,
            CancellationToken.None
        );
        return slow;
    }

    private readonly Queue<JsonElement> _read = new();
    private readonly StringBuilder _partial = new();

    /// <summary>The quotes of the next message that has any; null when the server has given the connection up.</summary>
    private async Task<IReadOnlyList<JsonElement>?> ReadAsync(ClientWebSocket socket)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var buffer = new byte[64 * 1024];
        while (true)
        {
            while (_read.TryDequeue(out var message))
                if (message.TryGetProperty("target", out var target) && target.GetString() == "quotes")
                    return message.GetProperty("arguments")[0].EnumerateArray().ToList();
            WebSocketReceiveResult got;
            try
            {
                got = await socket.ReceiveAsync(buffer, patience.Token);
            }
            catch (WebSocketException e) when (e.WebSocketErrorCode == WebSocketError.ConnectionClosedPrematurely)
            {
                return null;
            }
            Assert.Equal(WebSocketMessageType.Text, got.MessageType);
            _partial.Append(Encoding.ASCII.GetString(buffer, 0, got.Count));
            var parts = _partial.ToString().Split('\u001e');
            foreach (var part in parts[..^1]) _read.Enqueue(JsonDocument.Parse(part).RootElement);
            _partial.Clear().Append(parts[^1]);
        }
    }
}
