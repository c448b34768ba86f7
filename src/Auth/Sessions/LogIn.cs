using System.Security.Cryptography;
using System.Text;
using AgentInvest.Auth.Accounts;
using AgentInvest.Auth.Passwords;
using AgentInvest.Core;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Sessions;

/// <summary>
/// POST /auth/login. Unknown, unverified, paused and wrong all cost one hash and the same statements, and answer the same. Only whoever has the
/// right password learns that the address is not verified.
/// </summary>
public sealed class LogIn
{
    private const int Failures = 10;
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(15);
    private readonly Db _db;
    private readonly PasswordHasher _hasher;
    private readonly Users _users;
    private readonly OpenSession _open;
    private readonly TimeProvider _time;

    internal LogIn(Db db, PasswordHasher hasher, Users users, OpenSession open, TimeProvider time) => (_db, _hasher, _users, _open, _time) = (db, hasher, users, open, time);

    public sealed record Request(string? Email, string? Password, string? DeviceName);

    /// <param name="context">Failures pause the pair of account and source, so a stranger cannot lock the owner out.</param>
    public async Task<Tokens> HandleAsync(Request request, SignInContext context, CancellationToken ct)
    {
        var check = new Check();
        var email = EmailAddress.Check(check, request.Email);
        check.That(request.Password is { Length: > 0 and <= 128 }, "password", "is required, 128 characters at most");
        check.That(request.DeviceName is null || (request.DeviceName.Length <= 100 && !request.DeviceName.Any(char.IsControl)), "deviceName", "must have at most 100 characters, none of them control characters");
        check.ThrowIfAny();

        var source = context.Source;
        var pair = SHA256.HashData(Encoding.UTF8.GetBytes(email));
        var now = _time.GetUtcNow();
        var account = await _users.FindByEmailAsync(email, ct);
        var paused = await _db.OneAsync("select paused_until > $3 from auth.login_failures where account = $1 and source = $2", r => !r.IsDBNull(0) && r.GetBoolean(0), ct, pair, source, now);
        var hash = account is { PasswordHash.Length: > 0 } ? account.PasswordHash : null;
        // An unverified address has no password of its own yet; the one that waits with the mail's token tells its owner what to do.
        if (hash is null && account is not null)
            hash = await _db.OneAsync("select password_hash from auth.mail_tokens where user_id = $1 and used_at is null and expires_at > $2 order by expires_at desc limit 1", r => r.Text(0), ct, account.Id, now);
        var right = await _hasher.VerifyAsync(request.Password!, hash, ct);
        if (!right || paused)
        {
            await CountFailureAsync(pair, source, now, ct);
            throw AuthProblems.InvalidCredentials();
        }
        if (!account!.Profile.EmailVerified) throw AuthProblems.EmailNotVerified();
        return await _db.InTransactionAsync(async tx =>
        {
            await tx.ExecuteAsync("delete from auth.login_failures where account = $1 and source = $2", ct, pair, source);
            return await _open.HandleAsync(tx, account, context with { DeviceName = request.DeviceName }, ["pwd"], ct);
        }, ct);
    }

    private Task<int> CountFailureAsync(byte[] pair, string source, DateTimeOffset now, CancellationToken ct) => _db.ExecuteAsync("""
        insert into auth.login_failures as f (account, source, failures, first_at) values ($1, $2, 1, $3)
        on conflict (account, source) do update set
            failures = case when f.first_at < $3 - $4 then 1 else f.failures + 1 end,
            first_at = case when f.first_at < $3 - $4 then $3 else f.first_at end,
            paused_until = case when f.first_at >= $3 - $4 and f.failures + 1 >= $5 then $3 + $4 else f.paused_until end
        """, ct, pair, source, now, Pause, Failures);
}
