using System.Security.Cryptography;
using System.Text;
using AgentInvest.Auth.Accounts;
using AgentInvest.Core.Data;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Sessions;

/// <summary>
/// Failures of one source against one account. Ten pause that pair for a quarter of an hour, the next ten for twice as long, up to a day:
/// never the account alone, so a stranger cannot lock its owner out. A day without a failure, or a success, forgets them.
/// </summary>
[Singleton]
public sealed class Attempts(Db db, Users users, MasterKey master, TimeProvider time)
{
    private const int MaxFailures = 10;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan MaxPause = TimeSpan.FromDays(1);
    private readonly byte[] _key = master.Derive("attempts/source");

    internal async Task<bool> IsPausedAsync(string email, string source, CancellationToken ct) =>
        await db.OneAsync(
            "select paused_until > $3 from auth.login_failures where account = $1 and source = $2",
            r => !r.IsDBNull(0) && r.GetBoolean(0),
            ct,
            users.IndexOf(email),
            SourceOf(source),
            time.GetUtcNow()
        );

    /// <summary>
    /// False, and nothing is forgotten, when the pair has been paused meanwhile: guesses that ran side by side get no more tries than
    /// others.
    /// </summary>
    internal async Task<bool> ForgetAsync(Tx tx, string email, string source, CancellationToken ct) =>
        await tx.OneAsync(
            """
            with gone as (
                delete from auth.login_failures where account = $1 and source = $2 and (paused_until is null or paused_until <= $3))
            select exists (select from auth.login_failures where account = $1 and source = $2 and paused_until > $3)
            """,
            r => !r.GetBoolean(0),
            ct,
            users.IndexOf(email),
            SourceOf(source),
            time.GetUtcNow()
        );

    /// <summary>Whoever reads the account's mail is its owner, whatever was guessed before.</summary>
    internal Task ForgetAllAsync(Tx tx, string email, CancellationToken ct) =>
        tx.ExecuteAsync("delete from auth.login_failures where account = $1", ct, users.IndexOf(email));

    /// <summary>
    /// Also audited, in the chain of the address's keyed hash: there may be no such user, and which it is must not show in the work done.
    /// </summary>
    internal Task CountAsync(string email, string source, CancellationToken ct) =>
        db.InTransactionAsync(
            async tx =>
            {
                var (account, from, now) = (users.IndexOf(email), SourceOf(source), time.GetUtcNow());
                await tx.ExecuteAsync(
                    """
                    insert into auth.login_failures as f (account, source, failures, last_at) values ($1, $2, 1, $3)
                    on conflict (account, source) do update set
                        failures = case
                            when f.last_at < $3 - $6 then 1
                            when f.paused_until > $3 then f.failures
                            else (f.failures % $4) + 1 end,
                        pauses = case
                            when f.last_at < $3 - $6 then 0
                            when f.paused_until > $3 or f.failures % $4 + 1 < $4 then f.pauses
                            else f.pauses + 1 end,
                        paused_until = case
                            when f.last_at >= $3 - $6 and (f.paused_until is null or f.paused_until <= $3) and f.failures % $4 + 1 = $4
                            then $3 + least($5 * power(2, least(f.pauses, 10)), $6)
                            else f.paused_until end,
                        last_at = $3
                    """,
                    ct,
                    account,
                    from,
                    now,
                    MaxFailures,
                    FirstPause,
                    MaxPause
                );
                await AuditLog.AddAsync(
                    tx,
                    new Guid(account.AsSpan(0, 16)),
                    "auth.attempt_failed",
                    new { source = Convert.ToHexStringLower(from.AsSpan(0, 8)) },
                    now,
                    ct
                );
            },
            ct
        );

    private byte[] SourceOf(string source) => HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(source));
}
