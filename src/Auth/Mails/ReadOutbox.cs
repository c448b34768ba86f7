using System.Net;
using System.Text.Json;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace AgentInvest.Auth.Mails;

/// <summary>
/// GET /dev/outbox: the mails that would have gone out, for whoever sits at this machine. Anything that looks like it came through a proxy,
/// or through a name that is not this machine's (DNS rebinding), gets 404.
/// </summary>
public sealed class ReadOutbox
{
    private readonly Db _db;
    private readonly MailQueue _queue;
    private readonly IOptions<SmtpOptions> _smtp;

    internal ReadOutbox(Db db, MailQueue queue, IOptions<SmtpOptions> smtp) => (_db, _queue, _smtp) = (db, queue, smtp);

    public sealed record Response(IReadOnlyList<Mail> Items);

    public async Task<IResult> HandleAsync(HttpContext http)
    {
        if (_smtp.Value.Host is { Length: > 0 } || !IsLocal(http)) throw Problems.NotFound();
        var to = Query.Text(http.Request, "to")?.Trim().ToLowerInvariant();
        var mails = await _db.ListAsync(
            """
            select payload::text from core.outbox where kind = $1 and ($2::text[] is null or payload ->> 'to' = any($2)) order by id desc limit 200
            """,
            r => _queue.Open(JsonSerializer.Deserialize<MailQueue.Stored>(r.GetString(0), Json.Options)!),
            http.RequestAborted,
            Mail.OutboxKind,
            to is null ? null : _queue.IndexesOf(to)
        );
        return Answer.Ok(new Response(mails));
    }

    private static bool IsLocal(HttpContext http) =>
        http.Connection.RemoteIpAddress is { } peer
        && IPAddress.IsLoopback(peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer)
        && !http.Request.Headers.Keys.Any(h =>
            h.StartsWith("X-Forwarded", StringComparison.OrdinalIgnoreCase)
            || h.Equals("Forwarded", StringComparison.OrdinalIgnoreCase)
            || h.Equals("X-Real-IP", StringComparison.OrdinalIgnoreCase)
            || h.Equals("Via", StringComparison.OrdinalIgnoreCase)
        )
        && http.Request.Host.Host is "localhost" or "127.0.0.1" or "[::1]" or "::1";
}
