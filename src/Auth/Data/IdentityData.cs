using AgentInvest.Auth.Accounts;
using AgentInvest.Auth.Mails;
using AgentInvest.Auth.Sessions;
using AgentInvest.Core.Data;

namespace AgentInvest.Auth.Data;

/// <summary>
/// What of identity is not plain rows with a <c>user_id</c>: the account itself, and what is sealed under its key. The rest of an export,
/// and of an erasure, goes by <see cref="UserTables"/>.
/// </summary>
[Singleton]
public sealed class IdentityData(Db db, Users users)
{
    /// <summary>By table, readable, without secrets and hashes; empty where there is no such user.</summary>
    internal async Task<IReadOnlyDictionary<string, object>> ExportAsync(Guid userId, CancellationToken ct)
    {
        if (await users.FindByIdAsync(userId, ct) is not { } user) return new Dictionary<string, object>();
        return new Dictionary<string, object>
        {
            ["auth.users"] = new { user.Profile, user.CreatedAt },
            ["auth.sessions"] = await SessionsAsync(user, ct),
            ["auth.devices"] = await db.ListAsync(
                "select first_seen_at, last_seen_at from auth.devices where user_id = $1 order by first_seen_at",
                r => new { FirstSeenAt = r.Instant(0), LastSeenAt = r.Instant(1) },
                ct,
                userId
            ),
            ["auth.mail_tokens"] = await db.ListAsync(
                "select kind, expires_at, used_at from auth.mail_tokens where user_id = $1 order by expires_at",
                r => new
                {
                    Kind = r.GetString(0),
                    ExpiresAt = r.Instant(1),
                    UsedAt = r.Nullable<DateTimeOffset>(2),
                },
                ct,
                userId
            ),
            ["auth.totp"] = await db.ListAsync(
                "select confirmed_at, created_at from auth.totp where user_id = $1",
                r => new { ConfirmedAt = r.Nullable<DateTimeOffset>(0), CreatedAt = r.Instant(1) },
                ct,
                userId
            ),
            ["auth.recovery_codes"] = await db.ListAsync(
                "select used_at from auth.recovery_codes where user_id = $1",
                r => new { UsedAt = r.Nullable<DateTimeOffset>(0) },
                ct,
                userId
            ),
            ["auth.mfa_challenges"] = await db.ListAsync(
                "select attempts, expires_at, used_at from auth.mfa_challenges where user_id = $1",
                r => new
                {
                    Attempts = r.GetInt32(0),
                    ExpiresAt = r.Instant(1),
                    UsedAt = r.Nullable<DateTimeOffset>(2),
                },
                ct,
                userId
            ),
            ["auth.exports"] = await db.ListAsync(
                "select id, created_at, ready_at from auth.exports where user_id = $1",
                r => new
                {
                    Id = r.GetGuid(0),
                    CreatedAt = r.Instant(1),
                    ReadyAt = r.Nullable<DateTimeOffset>(2),
                },
                ct,
                userId
            ),
        };
    }

    /// <summary>Deletes the account, and what is found by its address alone.</summary>
    internal async Task EraseAsync(Tx tx, UserRow user, CancellationToken ct)
    {
        await tx.ExecuteAsync("delete from auth.login_failures where account = $1", ct, users.IndexOf(user.Profile.Email));
        await tx.ExecuteAsync("delete from auth.users where id = $1", ct, user.Id);
    }

    private async Task<object> SessionsAsync(UserRow user, CancellationToken ct) =>
        await db.ListAsync(
            """
            select id, device, amr, created_at, last_seen_at, expires_at, revoked_at
            from auth.sessions where user_id = $1 order by created_at
            """,
            r => new
            {
                Id = r.GetGuid(0),
                Device = Device.Open(user.Key, "auth.sessions", r.GetGuid(0), r.GetFieldValue<byte[]>(1)),
                Amr = r.GetFieldValue<string[]>(2),
                CreatedAt = r.Instant(3),
                LastSeenAt = r.Instant(4),
                ExpiresAt = r.Instant(5),
                RevokedAt = r.Nullable<DateTimeOffset>(6),
            },
            ct,
            user.Id
        );
}
