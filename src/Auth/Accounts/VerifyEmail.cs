using AgentInvest.Core;

namespace AgentInvest.Auth.Accounts;

/// <summary>POST /auth/verify-email: uses up the mail's token and activates the password that was sent with that registration.</summary>
public sealed class VerifyEmail(Db db, TimeProvider time)
{
    public sealed record Request(string? Token);

    public async Task HandleAsync(Request request, CancellationToken ct)
    {
        var check = new Check();
        check.That(request.Token is { Length: > 0 and <= 200 }, "token", "is required");
        check.ThrowIfAny();
        var now = time.GetUtcNow();
        await db.InTransactionAsync(async tx =>
        {
            var token = await tx.OneAsync("""
                update auth.mail_tokens set used_at = $2 where token_hash = $1 and kind = 'verify_email' and used_at is null and expires_at > $2
                returning user_id, password_hash, display_name
                """, r => new { User = r.GetGuid(0), Password = r.GetString(1), Name = r.Text(2) }, ct, RegisterUser.HashOf(request.Token!), now) ?? throw AuthProblems.InvalidToken();
            // The account's other registrations lapse: their passwords must not be activated over this one.
            await tx.ExecuteAsync("update auth.mail_tokens set used_at = $2 where user_id = $1 and used_at is null", ct, token.User, now);
            var verified = await tx.ExecuteAsync("""
                update auth.users set verified_at = $2, password_hash = $3, display_name = $4 where id = $1 and verified_at is null
                """, ct, token.User, now, token.Password, token.Name);
            if (verified == 0) throw AuthProblems.InvalidToken();
        }, ct);
    }
}
