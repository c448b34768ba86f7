using AgentInvest.Auth.Accounts;
using AgentInvest.Auth.Mails;
using AgentInvest.Core.Data;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Data;

/// <summary>
/// By timer: forgets what has served its time, and brings everything under the current master and signing keys, while requests go on.
/// </summary>
[Singleton]
public sealed class KeepData(Db db, Users users, UserKeys keys, SigningKeys signing, TimeProvider time)
{
    private static readonly TimeSpan SessionsKept = TimeSpan.FromDays(90);
    private static readonly TimeSpan DevicesKept = TimeSpan.FromDays(365);

    public async Task RotateKeysAsync(CancellationToken ct)
    {
        await signing.RotateAsync(ct);
        await keys.RewrapAsync((tx, user) => users.ReindexAsync(tx, user, ct), ct);
    }

    public async Task PurgeAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        await db.ExecuteAsync("delete from auth.mail_tokens where expires_at < $1", ct, now - TimeSpan.FromDays(1));
        await db.ExecuteAsync("delete from auth.mfa_challenges where expires_at < $1", ct, now - TimeSpan.FromDays(2));
        await db.ExecuteAsync("delete from auth.login_failures where last_at < $1", ct, now - TimeSpan.FromDays(2));
        await db.ExecuteAsync(
            "delete from auth.sessions where least(expires_at, coalesce(revoked_at, 'infinity')) < $1",
            ct,
            now - SessionsKept
        );
        await db.ExecuteAsync("delete from auth.devices where last_seen_at < $1", ct, now - DevicesKept);
        await db.ExecuteAsync("delete from auth.exports where created_at < $1", ct, now - ExportMe.Lifetime);
        await db.ExecuteAsync("delete from core.revocations where at < $1", ct, now - TimeSpan.FromHours(1));
        await MailOutbox.PurgeAsync(db, now, ct);
        await PurgeUnverifiedAsync(now, ct);
    }

    /// <summary>An address that was never verified goes with its last token: its owner may not even know of it.</summary>
    private Task PurgeUnverifiedAsync(DateTimeOffset now, CancellationToken ct) =>
        db.InTransactionAsync(
            async tx =>
            {
                var gone = await tx.ListAsync(
                    """
                    delete from auth.users u where verified_at is null and created_at < $1
                        and not exists (select from auth.mail_tokens t where t.user_id = u.id and t.expires_at > $1)
                    returning id
                    """,
                    r => r.GetGuid(0),
                    ct,
                    now - TimeSpan.FromDays(2)
                );
                foreach (var user in gone)
                    await UserKeys.DestroyAsync(tx, user, ct);
            },
            ct
        );
}
