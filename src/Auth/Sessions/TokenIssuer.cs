using AgentInvest.Auth.Accounts;
using AgentInvest.Core.Data;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Sessions;

/// <summary>Makes the tokens that a sign-in and a refresh answer.</summary>
[Singleton]
public sealed class TokenIssuer(AccessTokens tokens, Csrf csrf, TimeProvider time)
{
    /// <summary>30 days from sign-in, however often it is refreshed.</summary>
    internal static readonly TimeSpan SessionLifetime = TimeSpan.FromDays(30);

    internal async Task<Tokens> IssueAsync(
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
            new CurrentUser(profile.Id, session, [.. profile.Roles.Select(EnumNames.Of)], EnumNames.Of(profile.Tier))
            {
                TokenVersion = user.TokenVersion,
            },
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
