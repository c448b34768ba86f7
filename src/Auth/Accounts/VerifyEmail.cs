using AgentInvest.Core;

namespace AgentInvest.Auth.Accounts;

/// <summary>POST /auth/verify-email: uses up the mail's token and activates the password that was sent with that registration.</summary>
public sealed class VerifyEmail
{
    private readonly Db _db;
    private readonly Users _users;
    private readonly TimeProvider _time;

    internal VerifyEmail(Db db, Users users, TimeProvider time) => (_db, _users, _time) = (db, users, time);

    public sealed record Request(string? Token);

    public async Task HandleAsync(Request request, CancellationToken ct)
    {
        var check = new Check();
        check.That(request.Token is { Length: > 0 and <= 200 }, "token", "is required");
        check.ThrowIfAny();
        var now = _time.GetUtcNow();
        await _db.InTransactionAsync(async tx =>
        {
            var token = await tx.OneAsync("""
                update auth.mail_tokens set used_at = $2 where token_hash = $1 and kind = 'verify_email' and used_at is null and expires_at > $2
                returning user_id, password_hash, display_name
                """, r => new { User = r.GetGuid(0), Password = r.GetString(1), Name = r.Text(2) }, ct, RegisterUser.HashOf(request.Token!), now) ?? throw AuthProblems.InvalidToken();
            // The account's other registrations lapse: their passwords must not be activated over this one.
            await tx.ExecuteAsync("update auth.mail_tokens set used_at = $2 where user_id = $1 and used_at is null", ct, token.User, now);
            if (!await _users.SetVerifiedAsync(tx, token.User, now, ct)) throw AuthProblems.InvalidToken();
            await _users.SetPasswordAsync(tx, token.User, token.Password, ct);
            await _users.SetDisplayNameAsync(tx, token.User, token.Name, ct);
        }, ct);
    }
}
