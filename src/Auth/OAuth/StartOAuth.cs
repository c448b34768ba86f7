using System.ComponentModel;
using System.Security.Cryptography;
using System.Text;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using Microsoft.Extensions.Options;

namespace AgentInvest.Auth.OAuth;

/// <summary>GET /auth/oauth/{provider}/start: to the provider, with state, nonce and PKCE kept here until it answers.</summary>
[Singleton]
public sealed class StartOAuth(Db db, OAuthProviders providers, IOptions<AuthOptions> options, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly HashSet<string> _redirectUris = options
        .Value.RedirectUris.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .ToHashSet(StringComparer.Ordinal);

    public sealed record Query(
        [Description("A page of the app, one of Auth:RedirectUris."), Example("https://app.example/signed-in")] string RedirectUri
    );

    /// <param name="Url">Where to send the browser.</param>
    /// <param name="Browser">The secret to keep in the browser's cookie, which ties the sign-in to it.</param>
    /// <param name="Lifetime">Of the sign-in, and so of the cookie.</param>
    public sealed record Started(string Url, string Browser, TimeSpan Lifetime);

    /// <param name="browser">The cookie that the browser has from a sign-in under way in another tab; null for none.</param>
    public async Task<Started> HandleAsync(string name, Query query, string? browser, CancellationToken ct)
    {
        var provider = providers.Get(name);
        if (!_redirectUris.Contains(query.RedirectUri))
            throw Problems.Validation("redirectUri", "is not on the list of Auth:RedirectUris");
        var (state, nonce, verifier) = (MasterKey.NewToken(), MasterKey.NewToken(), MasterKey.NewToken());
        // One browser may have several sign-ins under way, in tabs: they share the cookie.
        browser = browser is { Length: 43 } ? browser : MasterKey.NewToken();
        var url = await provider.AuthorizationUrlAsync(state, nonce, verifier, ct);
        var now = time.GetUtcNow();
        await db.ExecuteAsync(
            """
            with expired as (delete from auth.oauth_states where expires_at < $7)
            insert into auth.oauth_states (state_hash, provider, browser_hash, nonce, code_verifier, redirect_uri, expires_at)
            values ($1, $2, $3, $4, $5, $6, $8)
            """,
            ct,
            HashOf(state),
            EnumNames.Of(provider.Kind.Name),
            HashOf(browser),
            nonce,
            verifier,
            query.RedirectUri,
            now,
            now + Lifetime
        );
        return new Started(url, browser, Lifetime);
    }

    internal static byte[] HashOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
