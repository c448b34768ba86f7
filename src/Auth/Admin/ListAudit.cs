using System.ComponentModel;
using System.Globalization;
using System.Text.Json;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;

namespace AgentInvest.Auth.Admin;

/// <summary>One entry of the audit log.</summary>
/// <param name="UserId">Whose chain it is in: the user it happened to.</param>
/// <param name="Actor">Who did it; null for the system or somebody not signed in.</param>
public sealed record AuditEntry(Guid UserId, long Seq, DateTimeOffset At, string Kind, Guid? Actor, JsonElement Data, string Hash);

/// <summary>GET /admin/audit, newest first.</summary>
[Singleton]
public sealed class ListAudit(Db db)
{
    public sealed record Query(
        [Description("Only this user's.")] Guid? UserId,
        [Description("Only this kind, such as auth.signed_in.")] string? Kind,
        PageRequest Page
    );

    public async Task<ListPage<AuditEntry>> HandleAsync(Query query, CancellationToken ct)
    {
        var (userId, kind, page) = query;
        if (kind?.Any(char.IsControl) == true) throw Problems.Validation("kind", "must not have control characters");
        var (at, stream, seq) = Position(page.After);
        var rows = await db.ListAsync(
            """
            select stream, seq, at, kind, actor, data, hash from core.audit
            where ($1::uuid is null or stream = $1) and ($2::text is null or kind = $2)
                and ($3::timestamptz is null or (at, stream, seq) < ($3, $4, $5))
            order by at desc, stream desc, seq desc limit $6
            """,
            r => new AuditEntry(
                r.GetGuid(0),
                r.GetInt64(1),
                r.Instant(2),
                r.GetString(3),
                r.Nullable<Guid>(4),
                JsonSerializer.Deserialize<JsonElement>(r.GetString(5)),
                Convert.ToHexStringLower(r.GetFieldValue<byte[]>(6))
            ),
            ct,
            userId,
            kind,
            at,
            stream,
            seq,
            page.Limit + 1
        );
        var items = rows.Take(page.Limit).ToList();
        return new ListPage<AuditEntry>(
            items,
            rows.Count > page.Limit
                ? PageRequest.Encode(
                    string.Create(CultureInfo.InvariantCulture, $"{items[^1].At.UtcTicks} {items[^1].UserId} {items[^1].Seq}")
                )
                : null
        );
    }

    private static (DateTimeOffset? At, Guid Stream, long Seq) Position(string? after)
    {
        if (after is null) return (null, Guid.Empty, 0);
        if (
            after.Split(' ') is [var ticks, var stream, var seq]
            && long.TryParse(ticks, CultureInfo.InvariantCulture, out var t)
            && t >= 0
            && t <= DateTimeOffset.MaxValue.UtcTicks
            && Guid.TryParse(stream, out var id)
            && long.TryParse(seq, CultureInfo.InvariantCulture, out var s)
        )
            return (new DateTimeOffset(t, TimeSpan.Zero), id, s);
        throw Problems.Validation("cursor", "is not a cursor of this list");
    }
}
