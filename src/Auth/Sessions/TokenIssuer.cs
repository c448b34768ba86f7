using AgentInvest.Auth.Accounts;
using AgentInvest.Core;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Sessions;

/// <summary>What every sign-in answers.</summary>
public sealed record Tokens(string AccessToken, string TokenType, int ExpiresIn, string RefreshToken, int RefreshExpiresIn, UserProfile User);

internal sealed class TokenIssuer(AccessTokens tokens, TimeProvider time)
{
    /// <summary>30 days from sign-in, however often it is refreshed.</summary>
    public static readonly TimeSpan SessionLifetime = TimeSpan.FromDays(30);

    public async Task<Tokens> IssueAsync(UserProfile user, Guid session, int counter, byte[] secret, DateTimeOffset expiresAt, IReadOnlyList<string> amr, CancellationToken ct)
    {
        var access = await tokens.IssueAsync(new CurrentUser(user.Id, session, user.Roles, user.Tier), amr, ct);
        return new Tokens(access, "Bearer", (int)AccessTokens.Lifetime.TotalSeconds, RefreshTokens.Make(session, counter, secret), (int)(expiresAt - time.GetUtcNow()).TotalSeconds, user);
    }
}
