using AgentInvest.Core.Data;

namespace AgentInvest.Auth.Audit;

/// <summary>
/// By timer: copies new entries out of the database, their data left out. What is cut off, rewritten or lost afterwards is found by
/// comparison.
/// </summary>
[Singleton]
public sealed class AnchorAudit(Db db, TimeProvider time, IAuditAnchor? anchor = null)
{
    private const int Batch = 1000;
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AllChainsEvery = TimeSpan.FromMinutes(1);
    private DateTimeOffset? _upTo;
    private DateTimeOffset _allChainsAt;

    /// <summary>
    /// Repeats what it had not marked as kept: after a failure or a kill nothing is missing, and the anchor keeps the same entry once.
    /// </summary>
    public async Task HandleAsync(CancellationToken ct)
    {
        if (anchor is null) return;
        var now = time.GetUtcNow();
        // Chains with entries since the last look, overlapping, because an entry is seen when it is committed; now and then all, for one
        // that took longer.
        var all = now - _allChainsAt >= AllChainsEvery;
        while (await BatchAsync(all ? null : _upTo - Overlap, ct) == Batch) { }
        _upTo = now;
        if (all) _allChainsAt = now;
    }

    private async Task<int> BatchAsync(DateTimeOffset? since, CancellationToken ct)
    {
        var entries = await db.ListAsync(
            """
            select a.stream, a.seq, a.kind, a.at, a.hash
            from core.audit_heads h join core.audit a on a.stream = h.stream and a.seq > h.anchored_seq
            where h.seq > h.anchored_seq and ($1::timestamptz is null or h.stream in (select stream from core.audit where at > $1))
            order by a.stream, a.seq limit $2
            """,
            r => new AnchoredEntry(r.GetGuid(0), r.GetInt64(1), r.GetString(2), r.Instant(3), r.GetFieldValue<byte[]>(4)),
            ct,
            since,
            Batch
        );
        if (entries.Count == 0) return 0;
        await anchor!.WriteAsync(entries, ct);
        var ends = entries.GroupBy(e => e.Stream).Select(s => s.Last()).ToList();
        await db.ExecuteAsync(
            """
            update core.audit_heads h set anchored_seq = a.seq
            from unnest($1, $2) a(stream, seq) where h.stream = a.stream and h.anchored_seq < a.seq
            """,
            ct,
            ends.Select(e => e.Stream).ToArray(),
            ends.Select(e => e.Seq).ToArray()
        );
        return entries.Count;
    }
}
