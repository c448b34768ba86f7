using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace AgentInvest.AzureHost.Tests;

/// <summary>Receives telemetry by OTLP over HTTP, and keeps the bytes: the texts in them are plain UTF-8.</summary>
internal sealed class OtlpReceiver : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<string> _logs = new();

    public OtlpReceiver()
    {
        Url = $"http://127.0.0.1:{Ports.Free()}";
        _listener.Prefixes.Add(Url + "/");
        _listener.Start();
        _ = ReceiveAsync();
    }

    public string Url { get; }

    public async Task<bool> ReceivesLogAsync(string text, TimeSpan within)
    {
        for (var until = TimeProvider.System.GetUtcNow() + within; TimeProvider.System.GetUtcNow() < until; await Task.Delay(100))
            if (_logs.Any(l => l.Contains(text, StringComparison.Ordinal))) return true;
        return false;
    }

    public void Dispose() => _listener.Close();

    private async Task ReceiveAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
                var body = await reader.ReadToEndAsync();
                if (context.Request.Url!.AbsolutePath == "/v1/logs") _logs.Enqueue(body);
                context.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
