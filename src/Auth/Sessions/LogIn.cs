using AgentInvest.Auth.Accounts;
using AgentInvest.Auth.Mfa;
using AgentInvest.Auth.Passwords;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;

namespace AgentInvest.Auth.Sessions;

/// <summary>
/// POST /auth/login. Unknown, password-less, unverified, paused and wrong all cost one hash and the same statements, and answer the same.
/// Only whoever has the right password learns that the address is not verified, or that a second factor is asked for.
/// </summary>
[Singleton]
public sealed class LogIn(
    Db db,
    PasswordHasher hasher,
    Users users,
    Attempts attempts,
    OpenChallenge challenge,
    OpenSession open,
    TimeProvider time
)
{
    [Example("""{"email": "ada@example.com", "password": "seven otters drift past Oslo", "deviceName": "Laptop"}""")]
    public sealed record Request(string Email, string Password, string? DeviceName = null);

    /// <param name="context">Failures pause the pair of account and source, so a stranger cannot lock the owner out.</param>
    public Task<SignInAnswer> HandleAsync(Request request, SignInContext context, CancellationToken ct) =>
        TimingPadding.PadAsync(() => SignInAsync(request, context, ct));

    private async Task<SignInAnswer> SignInAsync(Request request, SignInContext context, CancellationToken ct)
    {
        var check = new Check();
        var email = EmailAddress.Check(check, request.Email);
        check.That(request.Password is { Length: > 0 and <= 128 }, "password", "is required, 128 characters at most");
        CheckDevice(check, request.DeviceName);
        check.ThrowIfAny();

        hasher.EnsureRoom();
        var account = await users.FindByEmailAsync(email, ct);
        var paused = await attempts.IsPausedAsync(email, context.Source, ct);
        // An unverified address has no password of its own yet; the one that waits with the mail's token tells its owner what to do.
        var waiting = await db.OneAsync(
            """
            select password_hash from auth.mail_tokens where user_id = $1 and kind = $3 and used_at is null and expires_at > $2
            order by expires_at desc limit 1
            """,
            r => r.Text(0),
            ct,
            account?.Id ?? Guid.Empty,
            time.GetUtcNow(),
            EnumNames.Of(MailTokenKind.VerifyEmail)
        );
        var hash = account is { PasswordHash.Length: > 0 } ? account.PasswordHash : waiting;
        var right = await hasher.VerifyAsync(request.Password, hash, ct);
        if (!right || paused)
        {
            await attempts.CountAsync(email, context.Source, ct);
            throw AuthProblems.InvalidCredentials();
        }
        if (!account!.Profile.EmailVerified) throw AuthProblems.EmailNotVerified();
        var result = await AdmitAsync(account, context with { DeviceName = request.DeviceName }, ct);
        if (hasher.IsOutdated(hash!)) await RehashAsync(account, request.Password, ct);
        return result;
    }

    internal static void CheckDevice(Check check, string? name) =>
        check.That(
            name is null || (name.Length <= 100 && !name.Any(char.IsControl)),
            "deviceName",
            "must have at most 100 characters, none of them control characters"
        );

    private Task<SignInAnswer> AdmitAsync(UserRow user, SignInContext context, CancellationToken ct) =>
        db.InTransactionAsync<SignInAnswer>(
            async tx =>
            {
                // Failures are forgotten only when the last factor is through.
                if (user.Profile.MfaEnabled) return await challenge.HandleAsync(tx, user, context, ct);
                if (!await attempts.ForgetAsync(tx, user.Profile.Email, context.Source, ct)) throw AuthProblems.InvalidCredentials();
                return await open.HandleAsync(tx, user, context, ["pwd"], ct);
            },
            ct
        );

    /// <summary>The stored hash was made at another cost or under an older key; now that the password is here, it is made anew.</summary>
    private async Task RehashAsync(UserRow user, string password, CancellationToken ct)
    {
        var fresh = await hasher.HashAsync(password, ct);
        await db.ExecuteAsync(
            "update auth.users set password_hash = $3 where id = $1 and password_hash = $2",
            ct,
            user.Id,
            user.PasswordHash,
            fresh
        );
    }
}
