using System.Security.Cryptography;
using AgentInvest.Auth.Accounts;
using AgentInvest.Auth.Mails;
using AgentInvest.Auth.Sessions;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using OtpNet;

namespace AgentInvest.Auth.Mfa;

/// <summary>
/// POST /auth/mfa/totp, POST /auth/mfa/totp/confirm, DELETE /auth/mfa/totp: adding an authenticator app takes a code of it, and so does
/// removing it.
/// </summary>
[Singleton]
public sealed class ManageTotp(Db db, Users users, SecondFactor factor, Attempts attempts, MailOutbox mails, TimeProvider time)
{
    private const int SecretBytes = 20; // RFC 4226: as long as the hash

    public sealed record TotpSecret(string Secret, string OtpauthUri);
    [Example("""{"code": "123456"}""")]
    public sealed record Request(string Code);
    public sealed record TotpConfirmed(IReadOnlyList<string> RecoveryCodes);

    /// <summary>A new secret; nothing asks for its codes before it is confirmed.</summary>
    public Task<TotpSecret> StartAsync(CurrentUser caller, CancellationToken ct) =>
        db.InTransactionAsync(
            async tx =>
            {
                var user = await users.FindByIdAsync(tx, caller.Id, ct) ?? throw Problems.NotFound();
                var secret = RandomNumberGenerator.GetBytes(SecretBytes);
                var written = await tx.ExecuteAsync(
                    """
                    insert into auth.totp as t (user_id, secret, created_at) values ($1, $2, $3)
                    on conflict (user_id) do update set secret = excluded.secret, last_step = 0, created_at = excluded.created_at
                        where t.confirmed_at is null
                    """,
                    ct,
                    user.Id,
                    user.Key.Seal("auth.totp", "secret", user.Id, secret),
                    time.GetUtcNow()
                );
                if (written == 0)
                    throw Problems.Conflict("An authenticator app is in use already; remove it first.");
                var text = Base32Encoding.ToString(secret).TrimEnd('=');
                var uri =
                    $"otpauth://totp/AgentInvest:{Uri.EscapeDataString(user.Profile.Email)}"
                    + $"?secret={text}&issuer=AgentInvest&algorithm=SHA1&digits=6&period=30";
                return new TotpSecret(text, uri);
            },
            ct
        );

    public async Task<TotpConfirmed> ConfirmAsync(CurrentUser caller, Request request, string source, CancellationToken ct)
    {
        IReadOnlyList<string>? codes = null;
        await GuardedAsync(caller, request, source, async (tx, user, code) =>
        {
            if (!await factor.UseTotpAsync(tx, user, code, confirmed: false, ct)) return false;
            await tx.ExecuteAsync("update auth.totp set confirmed_at = $2 where user_id = $1", ct, user.Id, time.GetUtcNow());
            codes = await SecondFactor.MakeRecoveryCodesAsync(tx, user, ct);
            await mails.AddAsync(tx, SecurityMails.SecondFactor(user.Profile.Email, added: true, time.GetUtcNow()), ct);
            await AuditLog.AddAsync(tx, user.Id, "auth.totp_added", null, time.GetUtcNow(), ct);
            return true;
        }, ct);
        return new TotpConfirmed(codes!);
    }

    public Task RemoveAsync(CurrentUser caller, Request request, string source, CancellationToken ct) =>
        GuardedAsync(
            caller,
            request,
            source,
            async (tx, user, code) =>
            {
                if (!user.Profile.MfaEnabled)
                    throw Problems.NotFound("No authenticator app is in use.");
                if (!await factor.UseAsync(tx, user, code, ct))
                    return false;
                await tx.ExecuteAsync("delete from auth.totp where user_id = $1", ct, user.Id);
                await tx.ExecuteAsync("delete from auth.recovery_codes where user_id = $1", ct, user.Id);
                await mails.AddAsync(tx, SecurityMails.SecondFactor(user.Profile.Email, added: false, time.GetUtcNow()), ct);
                await AuditLog.AddAsync(tx, user.Id, "auth.totp_removed", null, time.GetUtcNow(), ct);
                return true;
            },
            ct
        );

    /// <summary>Codes are not guessed with a stolen access token either: wrong ones count towards the pause.</summary>
    private async Task GuardedAsync(
        CurrentUser caller,
        Request request,
        string source,
        Func<Tx, UserRow, string, Task<bool>> work,
        CancellationToken ct
    )
    {
        var check = new Check();
        check.That(request.Code is { Length: > 0 and <= 20 }, "code", "is required");
        check.ThrowIfAny();
        var user = await users.FindByIdAsync(caller.Id, ct) ?? throw Problems.NotFound();
        if (
            !await attempts.IsPausedAsync(user.Profile.Email, source, ct)
            && await db.InTransactionAsync(tx => work(tx, user, request.Code), ct)
        )
            return;
        await attempts.CountAsync(user.Profile.Email, source, ct);
        throw AuthProblems.InvalidCredentials();
    }
}
