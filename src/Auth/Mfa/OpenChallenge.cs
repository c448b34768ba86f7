using System.Text.Json.Serialization;
using AgentInvest.Auth.Accounts;
using AgentInvest.Auth.Sessions;
using AgentInvest.Core.Data;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Mfa;

/// <summary>What a sign-in answers when a second factor is asked for.</summary>
public sealed record MfaRequired(string MfaToken, IReadOnlyList<string> Methods)
{
    [JsonPropertyName("mfaRequired"), JsonPropertyOrder(-1)] public bool Required => true;
}

/// <summary>The first factor is through: opens a challenge that the second one must answer within five minutes.</summary>
internal sealed class OpenChallenge(TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    public async Task<MfaRequired> HandleAsync(Tx tx, UserRow user, SignInContext context, CancellationToken ct)
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
        return new MfaRequired(token, ["totp", "recovery_code"]);
    }
}
