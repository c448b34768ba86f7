using System.Text.Json.Serialization;
using AgentInvest.Auth.Accounts;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Sessions;

/// <summary>What every sign-in answers.</summary>
/// <param name="CsrfToken">What a browser must send beside the refresh cookie; told in cookie mode only.</param>
public sealed record Tokens(
    string AccessToken,
    string TokenType,
    int ExpiresIn,
    string RefreshToken,
    int RefreshExpiresIn,
    UserProfile User,
    [property: JsonIgnore] string CsrfToken
);

internal sealed class TokenIssuer(AccessTokens tokens, Csrf csrf, TimeProvider time)
{
    /// <summary>30 days from sign-in, however often it is refreshed.</summary>
    public static readonly TimeSpan SessionLifetime = TimeSpan.FromDays(30);

    public async Task<Tokens> IssueAsync(
        UserRow user,
        Guid session,
        int counter,
        byte[] secret,
        DateTimeOffset expiresAt,
        IReadOnlyList<string> amr,
        CancellationToken ct
    )
    {
        var profile = user.Profile;
        var access = await tokens.IssueAsync(
            new CurrentUser(profile.Id, session, profile.Roles, profile.Tier) { TokenVersion = user.TokenVersion },
            amr,
            ct
        );
        return new Tokens(
            access,
            "Bearer",
            (int)AccessTokens.Lifetime.TotalSeconds,
            RefreshTokens.Make(session, counter, secret),
            (int)(expiresAt - time.GetUtcNow()).TotalSeconds,
            profile,
            csrf.Of(session)
        );
    }
}
