namespace AgentInvest.Auth.Audit;

/// <summary>The end of one chain at some moment.</summary>
public sealed record AuditHead(Guid Stream, long Seq, byte[] Hash, DateTimeOffset At);

/// <summary>Where the ends of the audit's chains are written down, out of reach of whoever can write to the database: a file, Azure Tables.</summary>
public interface IAuditAnchor
{
    /// <summary>Keeps these for good; what was kept before stays.</summary>
    Task WriteAsync(IReadOnlyList<AuditHead> heads, CancellationToken ct);

    /// <summary>Everything ever kept, in no order.</summary>
    IAsyncEnumerable<AuditHead> ReadAsync(CancellationToken ct);
}
