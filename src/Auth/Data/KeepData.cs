using AgentInvest.Auth.Accounts;
using AgentInvest.Auth.Mails;
using AgentInvest.Core.Data;
using AgentInvest.Core.Security;
using Microsoft.Extensions.Hosting;

namespace AgentInvest.Auth.Data;

/// <summary>
/// By timer: forgets what has served its time, and brings everything under the current master and signing keys, while requests go on.
/// </summary>
public sealed class KeepData
{
    private static readonly TimeSpan SessionsKept = TimeSpan.FromDays(90);
    private static readonly TimeSpan DevicesKept = TimeSpan.FromDays(365);
    private readonly Db _db;
    private readonly Users _users;
    private readonly UserKeys _keys;
    private readonly SigningKeys _signing;
    private readonly TimeProvider _time;

    internal KeepData(Db db, Users users, UserKeys keys, SigningKeys signing, TimeProvider time) =>
        (_db, _users, _keys, _signing, _time) = (db, users, keys, signing, time);

    public async Task RotateKeysAsync(CancellationToken ct)
    {
        await _signing.RotateAsync(ct);
        await _keys.RewrapAsync((tx, user) => _users.ReindexAsync(tx, user, ct), ct);
    }

    public async Task PurgeAsync(CancellationToken ct)
    {
        var now = _time.GetUtcNow();
        await _db.ExecuteAsync("delete from auth.mail_tokens where expires_at < $1", ct, now - TimeSpan.FromDays(1));
        await _db.ExecuteAsync("delete from auth.mfa_challenges where expires_at < $1", ct, now - TimeSpan.FromDays(2));
        await _db.ExecuteAsync("delete from auth.login_failures where last_at < $1", ct, now - TimeSpan.FromDays(2));
        await _db.ExecuteAsync(
            "delete from auth.sessions where least(expires_at, coalesce(revoked_at, 'infinity')) < $1",
            ct,
            now - SessionsKept
        );
        await _db.ExecuteAsync("delete from auth.devices where last_seen_at < $1", ct, now - DevicesKept);
        await _db.ExecuteAsync("delete from auth.exports where created_at < $1", ct, now - ExportMe.Kept);
        await _db.ExecuteAsync("delete from core.revocations where at < $1", ct, now - TimeSpan.FromHours(1));
        await MailQueue.PurgeAsync(_db, now, ct);
        await PurgeUnverifiedAsync(now, ct);
    }

    /// <summary>An address that was never verified goes with its last token: its owner may not even know of it.</summary>
    private Task PurgeUnverifiedAsync(DateTimeOffset now, CancellationToken ct) =>
        _db.InTransactionAsync(
            async tx =>
            {
                var gone = await tx.ListAsync(
                    """
                    delete from auth.users u where verified_at is null and created_at < $1 and not exists (select from auth.mail_tokens t where t.user_id = u.id and t.expires_at > $1) returning id
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

/// <summary>Before the first request is answered: what an older build left in the open is sealed.</summary>
internal sealed class SealOldData(Users users) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => users.SealOldAsync(cancellationToken);
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
