using System.Collections.Concurrent;
using AgentInvest.Core.Security;
using AgentInvest.Functions.Runtime;
using AgentInvest.Market.Realtime;
using Microsoft.AspNetCore.SignalR;

namespace AgentInvest.LocalHost.Realtime;

/// <summary>Who listens, and to what.</summary>
internal sealed record QuoteListener(CurrentUser User, IReadOnlyList<string> Symbols);

/// <summary>
/// Delivers ticks to the hub's connections: every 20 ms each connection gets what has changed since its last message, the newest per
/// symbol. A slow connection is skipped while its last message is on the way, so it gets fewer and newer quotes, never a growing queue.
/// </summary>
internal sealed partial class QuoteConnections(
    IHubContext<QuotesHub> hub,
    QuoteBoard board,
    Revocations revocations,
    TimeProvider time,
    ILogger<QuoteConnections> log
) : BackgroundService, IQuotePublisher, ISignalRDispatcher
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);
    private readonly ConcurrentDictionary<string, Connection> _connections = new();
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, Connection>> _bySymbol = new();

    public IReadOnlyCollection<string> SubscribedSymbols => _bySymbol.Where(s => !s.Value.IsEmpty).Select(s => s.Key).ToList();

    public void Add(HubCallerContext context, QuoteListener listener)
    {
        var connection = new Connection(context, listener);
        _connections[context.ConnectionId] = connection;
        foreach (var symbol in listener.Symbols)
        {
            _bySymbol.GetOrAdd(symbol, _ => new())[context.ConnectionId] = connection;
            // The snapshot: what is known now, before the next tick.
            if (board.Latest(symbol) is { } latest) connection.Mailbox.Offer(latest);
        }
    }

    public void Remove(string connectionId)
    {
        if (!_connections.TryRemove(connectionId, out var connection)) return;
        foreach (var symbol in connection.Listener.Symbols)
            if (_bySymbol.TryGetValue(symbol, out var listeners)) listeners.TryRemove(connectionId, out _);
    }

    public void Publish(IReadOnlyList<QuoteTick> ticks)
    {
        foreach (var tick in ticks)
            if (_bySymbol.TryGetValue(tick.Symbol, out var listeners))
                foreach (var (_, connection) in listeners) connection.Mailbox.Offer(tick);
    }

    /// <summary>The output binding of the timer that polls live providers ends here as well.</summary>
    public Task SendAsync(string hub, SignalRMessageAction message, CancellationToken ct)
    {
        foreach (var argument in message.Arguments ?? [])
            if (argument is IReadOnlyList<QuoteTick> ticks) Publish(ticks);
        return Task.CompletedTask;
    }

    /// <summary>Groups are a serverless notion: here a connection's token says what it listens to.</summary>
    public Task ApplyAsync(string hub, SignalRGroupAction action, CancellationToken ct) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var (id, connection) in _connections)
            {
                if (revocations.IsRevoked(connection.Listener.User)) connection.Context.Abort();
                else if (connection.Sending.IsCompleted && connection.Mailbox.Take() is { Count: > 0 } ticks)
                    connection.Sending = SendAsync(id, ticks, stoppingToken);
            }
        }
    }

    private async Task SendAsync(string connectionId, IReadOnlyList<QuoteTick> ticks, CancellationToken ct)
    {
        try
        {
            await hub.Clients.Client(connectionId).SendAsync("quotes", ticks, ct);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Log.NotSent(log, connectionId, e);
        }
    }

    private sealed class Connection(HubCallerContext context, QuoteListener listener)
    {
        public HubCallerContext Context { get; } = context;
        public QuoteListener Listener { get; } = listener;
        public QuoteMailbox Mailbox { get; } = new();
        public Task Sending { get; set; } = Task.CompletedTask;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Debug, "Quotes could not be sent to connection {ConnectionId}")]
        public static partial void NotSent(ILogger log, string connectionId, Exception exception);
    }
}
