using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;

namespace AgentInvest.Api.Tests;

/// <summary>npm's @microsoft/signalr in a node process: the client that browsers have.</summary>
public sealed class RealtimeClient : IAsyncDisposable
{
    private readonly Process _node;
    private readonly Channel<JsonElement> _events = Channel.CreateUnbounded<JsonElement>();

    public RealtimeClient(Uri host, string path, string transport, string token)
    {
        var program = Path.Combine(Checkout.Root, "tests", "Api.Tests", "Market", "RealtimeClient.mjs");
        _node = Process.Start(
            new ProcessStartInfo("node", [program, new Uri(host, path).ToString(), transport, token])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            }
        )!;
        _node.OutputDataReceived += (_, e) =>
        {
            if (e.Data is null) _events.Writer.TryComplete();
            else _events.Writer.TryWrite(JsonDocument.Parse(e.Data).RootElement);
        };
        _node.BeginOutputReadLine();
    }

    public Task StartAsync() => TellAsync("start");

    public Task StopAsync() => TellAsync("stop");

    private async Task TellAsync(string line)
    {
        await _node.StandardInput.WriteLineAsync(line);
        await _node.StandardInput.FlushAsync();
    }

    /// <summary>The next event, which has to be of that kind; that the connection stands is told at any time.</summary>
    public async Task<JsonElement> ExpectAsync(string kind)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        JsonElement next;
        do next = await _events.Reader.ReadAsync(patience.Token);
        while (next.GetProperty("event").GetString() == "connected");
        Assert.True(next.GetProperty("event").GetString() == kind, $"expected {kind}: {next}");
        return next;
    }

    /// <summary>The first event of that kind, whatever comes before.</summary>
    public async Task<JsonElement> UntilAsync(string kind)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
            if (await _events.Reader.ReadAsync(patience.Token) is var next && next.GetProperty("event").GetString() == kind) return next;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_node.HasExited) _node.Kill();
        await _node.WaitForExitAsync();
        _node.Dispose();
    }
}
