using System.Security.Cryptography;
using System.Text.Json.Serialization;
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
public sealed class ManageTotp
{
    private const int SecretBytes = 20; // RFC 4226: as long as the hash
    private readonly Db _db;
    private readonly Users _users;
    private readonly SecondFactor _factor;
    private readonly Attempts _attempts;
    private readonly MailQueue _mails;
    private readonly TimeProvider _time;

    internal ManageTotp(Db db, Users users, SecondFactor factor, Attempts attempts, MailQueue mails, TimeProvider time) =>
        (_db, _users, _factor, _attempts, _mails, _time) = (db, users, factor, attempts, mails, time);

    public sealed record Secret([property: JsonPropertyName("secret")] string Text, string OtpauthUri);
    public sealed record Request(string? Code);
    public sealed record Confirmed(IReadOnlyList<string> RecoveryCodes);

    /// <summary>A new secret; nothing asks for its codes before it is confirmed.</summary>
    public Task<Secret> StartAsync(CurrentUser caller, CancellationToken ct) =>
        _db.InTransactionAsync(
            async tx =>
            {
                var user = await _users.FindByIdAsync(tx, caller.Id, ct) ?? throw Problems.NotFound();
                var secret = RandomNumberGenerator.GetBytes(SecretBytes);
                var written = await tx.ExecuteAsync(
                    """
                    insert into auth.totp as t (user_id, secret, created_at) values ($1, $2, $3)
                    on conflict (user_id) do update set secret = excluded.secret, last_step = 0, created_at = excluded.created_at where t.confirmed_at is null
                    """,
                    ct,
                    user.Id,
                    user.Key.Seal("auth.totp", "secret", user.Id, secret),
                    _time.GetUtcNow()
                );
                if (written == 0)
                    throw Problems.Conflict("An authenticator app is in use already; remove it first.");
                var text = Base32Encoding.ToString(secret).TrimEnd('=');
                var uri =
                    $"otpauth://totp/AgentInvest:{Uri.EscapeDataString(user.Profile.Email)}?secret={text}&issuer=AgentInvest&algorithm=SHA1&digits=6&period=30";
                return new Secret(text, uri);
            },
            ct
        );

    public async Task<Confirmed> ConfirmAsync(CurrentUser caller, Request request, string source, CancellationToken ct)
    {
        IReadOnlyList<string>? codes = null;
        await GuardedAsync(caller, request, source, async (tx, user, code) =>
        {
            if (!await _factor.UseTotpAsync(tx, user, code, confirmed: false, ct)) return false;
            await tx.ExecuteAsync("update auth.totp set confirmed_at = $2 where user_id = $1", ct, user.Id, _time.GetUtcNow());
            codes = await SecondFactor.MakeRecoveryCodesAsync(tx, user, ct);
            await _mails.AddAsync(tx, SecurityMails.SecondFactor(user.Profile.Email, added: true, _time.GetUtcNow()), ct);
            await AuditLog.AddAsync(tx, user.Id, "auth.totp_added", null, _time.GetUtcNow(), ct);
            return true;
        }, ct);
        return new Confirmed(codes!);
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
                if (!await _factor.UseAsync(tx, user, code, ct))
                    return false;
                await tx.ExecuteAsync("delete from auth.totp where user_id = $1", ct, user.Id);
                await tx.ExecuteAsync("delete from auth.recovery_codes where user_id = $1", ct, user.Id);
                await _mails.AddAsync(tx, SecurityMails.SecondFactor(user.Profile.Email, added: false, _time.GetUtcNow()), ct);
                await AuditLog.AddAsync(tx, user.Id, "auth.totp_removed", null, _time.GetUtcNow(), ct);
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
        var user = await _users.FindByIdAsync(caller.Id, ct) ?? throw Problems.NotFound();
        if (
            !await _attempts.IsPausedAsync(user.Profile.Email, source, ct)
            && await _db.InTransactionAsync(tx => work(tx, user, request.Code!), ct)
        )
            return;
        await _attempts.CountAsync(user.Profile.Email, source, ct);
        throw AuthProblems.InvalidCredentials();
    }
}
