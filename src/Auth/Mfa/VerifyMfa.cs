using AgentInvest.Auth.Accounts;
using AgentInvest.Auth.Mails;
using AgentInvest.Auth.Sessions;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Mfa;

/// <summary>
/// POST /auth/mfa/verify: answers a challenge with a code of the app or a recovery code. Five wrong codes end the challenge and are mailed
/// to the user, because somebody has the password; each counts towards the pause of account and source, so new challenges buy no more
/// guesses. An account that met fifty wrong codes within a day takes codes from devices it knows only: a password in wrong hands locks its
/// owner out of nothing.
/// </summary>
[Singleton]
public sealed class VerifyMfa(
    Db db,
    Users users,
    SecondFactor factor,
    Attempts attempts,
    OpenSession open,
    MailOutbox mails,
    TimeProvider time
)
{
    private const int MaxTries = 5;
    private const int MaxWrongPerDay = 50;

    [Example("""{"mfaToken": "as-the-login-answered-it", "code": "123456"}""")]
    public sealed record Request(string MfaToken, string Code);

    private sealed record Challenge(Guid UserId, byte[] Device, int Attempts);

    public async Task<Tokens> HandleAsync(Request request, SignInContext context, CancellationToken ct)
    {
        var check = new Check();
        check.That(request.MfaToken is { Length: > 0 and <= 100 }, "mfaToken", "is required");
        check.That(request.Code is { Length: > 0 and <= 20 }, "code", "is required");
        check.ThrowIfAny();
        var hash = MailTokens.HashOf(request.MfaToken);
        // The try is counted before the code is looked at, or fifty at once would be fifty tries.
        var challenge =
            await db.OneAsync(
                """
                update auth.mfa_challenges set attempts = attempts + 1
                where token_hash = $1 and used_at is null and expires_at > $2 and attempts < $3 returning user_id, device, attempts
                """,
                r => new Challenge(r.GetGuid(0), r.GetFieldValue<byte[]>(1), r.GetInt32(2)),
                ct,
                hash,
                time.GetUtcNow(),
                MaxTries
            ) ?? throw AuthProblems.InvalidCredentials();
        var user = await users.FindByIdAsync(challenge.UserId, ct) ?? throw AuthProblems.InvalidCredentials();
        var device = context with
        {
            DeviceName = Device.Open(user.Key, "auth.mfa_challenges", Convert.ToHexString(hash), challenge.Device).Name,
        };
        var admitted = !await attempts.IsPausedAsync(user.Profile.Email, context.Source, ct) && await IsWithinCapAsync(user, device, ct);
        if (admitted && await PassAsync(user, hash, request.Code, device, ct) is { } tokens) return tokens;
        await FailAsync(user, context.Source, challenge.Attempts, ct);
        throw AuthProblems.InvalidCredentials();
    }

    private Task<Tokens?> PassAsync(UserRow user, byte[] hash, string code, SignInContext context, CancellationToken ct) =>
        db.InTransactionAsync(
            async tx =>
            {
                if (!await factor.UseAsync(tx, user, code, ct))
                    return null;
                if (
                    await tx.ExecuteAsync(
                        "update auth.mfa_challenges set used_at = $2 where token_hash = $1 and used_at is null",
                        ct,
                        hash,
                        time.GetUtcNow()
                    ) == 0
                )
                    return null;
                if (!await attempts.ForgetAsync(tx, user.Profile.Email, context.Source, ct))
                    return null;
                return await open.HandleAsync(tx, user, context, ["pwd", "otp", "mfa"], ct);
            },
            ct
        );

    private async Task<bool> IsWithinCapAsync(UserRow user, SignInContext context, CancellationToken ct) =>
        await db.OneAsync(
            """
            select coalesce(sum(attempts) filter (where used_at is null), 0) - 1 < $3
                or exists (select from auth.devices where user_id = $1 and fingerprint = $4)
            from auth.mfa_challenges where user_id = $1 and expires_at > $2
            """,
            r => r.GetBoolean(0),
            ct,
            user.Id,
            time.GetUtcNow() - TimeSpan.FromDays(1),
            MaxWrongPerDay,
            Device.Of(context).Fingerprint(user.Key)
        );

    private async Task FailAsync(UserRow user, string source, int tries, CancellationToken ct)
    {
        await attempts.CountAsync(user.Profile.Email, source, ct);
        if (tries < MaxTries) return;
        await db.InTransactionAsync(async tx =>
        {
            await mails.AddAsync(tx, SecurityMails.CodesGuessed(user.Profile.Email, time.GetUtcNow()), ct);
            await AuditLog.AddAsync(tx, user.Id, "auth.codes_guessed", null, time.GetUtcNow(), ct);
        }, ct);
    }
}
