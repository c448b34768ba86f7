using AgentInvest.Core;

namespace AgentInvest.Auth.Audit;

/// <summary>By timer: writes down outside of the database how far each chain has come. What was cut off or rewritten afterwards can be told.</summary>
public sealed class AnchorAudit(Db db, TimeProvider time, IAuditAnchor? anchor = null)
{
    private const int Batch = 1000;
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(30);
    private DateTimeOffset? _upTo;

    public async Task HandleAsync(CancellationToken ct)
    {
        if (anchor is null) return;
        var now = time.GetUtcNow();
        while (await BatchAsync(now, ct) == Batch) { }
        _upTo = now;
    }

    private async Task<int> BatchAsync(DateTimeOffset now, CancellationToken ct)
    {
        // All chains once after the start, then those with entries since the last look; overlapping, because an entry is seen when it is committed.
        var heads = await db.ListAsync("""
            select stream, seq, hash from core.audit_heads
            where seq > anchored_seq and ($1::timestamptz is null or stream in (select stream from core.audit where at > $1)) limit $2
            """, r => new AuditHead(r.GetGuid(0), r.GetInt64(1), r.GetFieldValue<byte[]>(2), now), ct, _upTo - Overlap, Batch);
        if (heads.Count == 0) return 0;
        await anchor!.WriteAsync(heads, ct);
        await db.ExecuteAsync("""
            update core.audit_heads h set anchored_seq = a.seq from unnest($1, $2) a(stream, seq) where h.stream = a.stream and h.anchored_seq < a.seq
            """, ct, heads.Select(h => h.Stream).ToArray(), heads.Select(h => h.Seq).ToArray());
        return heads.Count;
    }
}
