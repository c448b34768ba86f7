using System.ComponentModel;
using System.Text.Json;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using Microsoft.Extensions.Options;

namespace AgentInvest.Auth.Mails;

/// <summary>GET /dev/outbox: the mails that would have gone out, newest first; none once SMTP is configured.</summary>
[Singleton]
public sealed class ReadOutbox(Db db, MailOutbox queue, IOptions<SmtpOptions> smtp)
{
    public sealed record Query([Description("Only mails to this address.")] string? To);
    public sealed record Response(IReadOnlyList<Mail> Items);

    /// <exception cref="ProblemException">404 once SMTP is configured.</exception>
    public async Task<Response> HandleAsync(Query query, CancellationToken ct)
    {
        if (smtp.Value.Host is { Length: > 0 }) throw Problems.NotFound();
        var to = query.To?.Trim().ToLowerInvariant();
        var mails = await db.ListAsync(
            """
            select payload::text from core.outbox where kind = $1 and ($2::text[] is null or payload ->> 'to' = any($2))
            order by id desc limit 200
            """,
            r => queue.Open(JsonSerializer.Deserialize<MailOutbox.Stored>(r.GetString(0), Json.Options)!),
            ct,
            Mail.OutboxKind,
            to is null ? null : queue.IndexesOf(to)
        );
        return new Response(mails);
    }
}
