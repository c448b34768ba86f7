using System.Net;
using System.Net.Sockets;
using System.Text;
using MimeKit;

namespace AgentInvest.Testing;

/// <summary>A mail server on loopback that keeps what it is sent.</summary>
public sealed class SmtpListener : IAsyncDisposable
{
    private readonly List<MimeMessage> _messages = [];
    private readonly CancellationTokenSource _stop = new();
    private TcpListener? _listener;

    public int Port { get; } = Ports.Free();

    /// <summary>An address that does not exist here.</summary>
    public string Unknown => "nobody-there@example.com";

    public IReadOnlyList<MimeMessage> Messages
    {
        get { lock (_messages) return _messages.ToList(); }
    }

    public int Refused { get; private set; }

    public void Start()
    {
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        _ = AcceptAsync(_listener);
    }

    public async Task<MimeMessage> NextToAsync(string address, TimeSpan within)
    {
        for (var until = TimeProvider.System.GetUtcNow() + within; TimeProvider.System.GetUtcNow() < until; await Task.Delay(100))
            if (Messages.LastOrDefault(m => m.To.Mailboxes.Any(t => t.Address == address)) is { } found) return found;
        throw new TimeoutException($"No mail to {address} within {within}.");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener?.Stop();
        _stop.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await listener.AcceptTcpClientAsync(_stop.Token));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var connection = client;
        var stream = connection.GetStream();
        using var reader = new StreamReader(stream, Encoding.Latin1);
        async Task SayAsync(string line) => await stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"));
        await SayAsync("220 test");
        while (await reader.ReadLineAsync() is { } line)
        {
            var verb = line.Split(' ', ':')[0].ToUpperInvariant();
            if (verb == "QUIT")
            {
                await SayAsync("221 bye");
                return;
            }
            if (verb == "RCPT" && line.Contains(Unknown, StringComparison.OrdinalIgnoreCase))
            {
                Refused++;
                await SayAsync("550 no such user");
            }
            else if (verb == "DATA")
            {
                await SayAsync("354 go on");
                var text = new StringBuilder();
                while (await reader.ReadLineAsync() is { } data && data != ".")
                    text.Append(data.StartsWith("..", StringComparison.Ordinal) ? data[1..] : data).Append("\r\n");
                using var bytes = new MemoryStream(Encoding.Latin1.GetBytes(text.ToString()));
                var message = await MimeMessage.LoadAsync(bytes);
                lock (_messages) _messages.Add(message);
                await SayAsync("250 kept");
            }
            else
            {
                await SayAsync("250 fine");
            }
        }
    }
}
