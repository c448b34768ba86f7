using AgentInvest.Auth.Accounts;
using AgentInvest.Auth.Sessions;
using AgentInvest.Core.Data;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Mfa;

/// <summary>The first factor is through: opens a challenge that the second one must answer within five minutes.</summary>
[Singleton]
public sealed class OpenChallenge(TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    internal async Task<MfaRequired> HandleAsync(Tx tx, UserRow user, SignInContext context, CancellationToken ct)
    {
        var token = MasterKey.NewToken();
        var hash = MailTokens.HashOf(token);
        await tx.ExecuteAsync(
            "insert into auth.mfa_challenges (token_hash, user_id, device, expires_at) values ($1, $2, $3, $4)",
            ct,
            hash,
            user.Id,
            Device.Of(context).Seal(user.Key, "auth.mfa_challenges", Convert.ToHexString(hash)),
            time.GetUtcNow() + Lifetime
        );
        return new MfaRequired(token, [MfaMethod.Totp, MfaMethod.RecoveryCode]);
    }
}
