using AgentInvest.Core.Data;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Sessions;

/// <summary>Ends sessions of a user: their tokens stop working, here now, on other hosts within a second.</summary>
[Singleton]
public sealed class EndSessions(Revocations revocations, TimeProvider time)
{
    /// <param name="only">This session; null for all.</param>
    /// <param name="except">But not this one.</param>
    /// <returns>How many there were to end.</returns>
    internal async Task<int> HandleAsync(Tx tx, Guid user, Guid? only, Guid? except, CancellationToken ct)
    {
        var ended = await tx.ListAsync("""
            update auth.sessions set revoked_at = $4
            where user_id = $1 and ($2::uuid is null or id = $2) and ($3::uuid is null or id <> $3) and revoked_at is null returning id
            """, r => r.GetGuid(0), ct, user, only, except, time.GetUtcNow());
        foreach (var session in ended) await revocations.RevokeSessionAsync(tx, session, ct);
        if (ended.Count > 0) await AuditLog.AddAsync(tx, user, "auth.sessions_ended", new { sessions = ended }, time.GetUtcNow(), ct);
        return ended.Count;
    }
}
