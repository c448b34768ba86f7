using System.Security.Cryptography;
using AgentInvest.Auth.Accounts;
using AgentInvest.Core.Data;
using OtpNet;

namespace AgentInvest.Auth.Mfa;

/// <summary>
/// Codes of the authenticator app (RFC 6238: SHA-1, 30 s, six digits, one step of tolerance either side) and recovery codes, each good
/// once. A time step is used up by compare-and-set: of fifty equal codes at once one passes, and none after a restart.
/// </summary>
[Singleton]
public sealed class SecondFactor(TimeProvider time)
{
    private const int RecoveryCodes = 10;
    private const string Alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

    /// <summary>True uses the code up. A six-digit code is the app's, anything else a recovery code.</summary>
    internal async Task<bool> UseAsync(Tx tx, UserRow user, string code, CancellationToken ct) =>
        IsTotp(code)
            ? await UseTotpAsync(tx, user, code, confirmed: true, ct)
            : await tx.ExecuteAsync(
                "update auth.recovery_codes set used_at = $3 where user_id = $1 and code_hash = $2 and used_at is null",
                ct,
                user.Id,
                HashOf(user, code),
                time.GetUtcNow()
            ) == 1;

    /// <param name="confirmed">False: of the app that is being added.</param>
    internal async Task<bool> UseTotpAsync(Tx tx, UserRow user, string code, bool confirmed, CancellationToken ct)
    {
        var secret = await tx.OneAsync(
            "select secret from auth.totp where user_id = $1 and (confirmed_at is not null) = $2",
            r => r.GetFieldValue<byte[]>(0),
            ct,
            user.Id,
            confirmed
        );
        if (secret is null || !IsTotp(code)) return false;
        var totp = new Totp(user.Key.Open("auth.totp", "secret", user.Id, secret));
        return totp.VerifyTotp(time.GetUtcNow().UtcDateTime, code, out var step, new VerificationWindow(1, 1))
            && await tx.ExecuteAsync("update auth.totp set last_step = $2 where user_id = $1 and last_step < $2", ct, user.Id, step) == 1;
    }

    /// <summary>Ten new recovery codes, answered once; earlier ones become void.</summary>
    internal static async Task<IReadOnlyList<string>> MakeRecoveryCodesAsync(Tx tx, UserRow user, CancellationToken ct)
    {
        // Fifty bits each, and the attempts are capped.
        var codes = Enumerable
            .Range(0, RecoveryCodes)
            .Select(_ => RandomNumberGenerator.GetString(Alphabet, 10))
            .Select(c => c[..5] + "-" + c[5..])
            .ToList();
        await tx.ExecuteAsync("delete from auth.recovery_codes where user_id = $1", ct, user.Id);
        await tx.ExecuteAsync(
            "insert into auth.recovery_codes (user_id, code_hash) select $1, unnest($2)",
            ct,
            user.Id,
            codes.Select(c => HashOf(user, c)).ToArray()
        );
        return codes;
    }

    private static bool IsTotp(string code) => code.Length == 6 && code.All(char.IsAsciiDigit);

    private static byte[] HashOf(UserRow user, string code) =>
        user.Key.Mac("recovery-code", code.Trim().Replace("-", "", StringComparison.Ordinal).ToUpperInvariant());
}
