namespace AgentInvest.Auth.Audit;

/// <summary>
/// One entry of the audit without its data: which, of what kind, when, and the hash that covers it and all before it in its stream.
/// </summary>
public sealed record AnchoredEntry(Guid Stream, long Seq, string Kind, DateTimeOffset At, byte[] Hash);

/// <summary>
/// Where the audit's entries are written down a second time, out of reach of whoever can write to the database: a file, Azure Tables.
/// </summary>
public interface IAuditAnchor
{
    /// <summary>
    /// Keeps these for good before it returns. What was kept before stays as it was, an entry that is written again among it.
    /// </summary>
    Task WriteAsync(IReadOnlyList<AnchoredEntry> entries, CancellationToken ct);

    /// <summary>Everything ever kept, in no order.</summary>
    IAsyncEnumerable<AnchoredEntry> ReadAsync(CancellationToken ct);
}
