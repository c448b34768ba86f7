using System.Security.Cryptography;
using System.Text;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace AgentInvest.Auth.OAuth;

/// <summary>The providers that are configured, by name.</summary>
internal sealed class OAuthProviders(IEnumerable<OAuthProvider> providers)
{
    private readonly Dictionary<string, OAuthProvider> _byName = providers.ToDictionary(p => p.Kind.Name, StringComparer.Ordinal);

    public OAuthProvider Get(string name) => _byName.GetValueOrDefault(name) ?? throw AccessProblems.UnknownProvider();
}

/// <summary>
/// The cookie that ties a sign-in under way to the browser that began it: without it a stranger could hand somebody the end of their own
/// sign-in.
/// </summary>
internal static class OAuthCookie
{
    public static void Set(HttpContext http, bool secure, string value, TimeSpan lifetime) =>
        http.Response.Cookies.Append(
            Name(secure),
            value,
            new CookieOptions
            {
                HttpOnly = true,
                Secure = secure,
                Path = "/",
                MaxAge = lifetime,
                // Apple's answer is a POST from another site; without https (loopback) that is not to be had.
                SameSite = secure ? SameSiteMode.None : SameSiteMode.Lax,
            }
        );

    public static string? Of(HttpContext http, bool secure) => http.Request.Cookies[Name(secure)];

    private static string Name(bool secure) => secure ? "__Host-oauth" : "oauth";
}

/// <summary>GET /auth/oauth/{provider}/start: to the provider, with state, nonce and PKCE kept here until it answers.</summary>
public sealed class StartOAuth
{
    internal static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);
    private readonly Db _db;
    private readonly OAuthProviders _providers;
    private readonly HashSet<string> _redirectUris;
    private readonly bool _secure;
    private readonly TimeProvider _time;

    internal StartOAuth(Db db, OAuthProviders providers, IConfiguration configuration, IOptions<AuthOptions> options, TimeProvider time)
    {
        (_db, _providers, _time) = (db, providers, time);
        _secure = options.Value.PublicOrigin.StartsWith("https:", StringComparison.Ordinal);
        _redirectUris = (configuration["Auth:RedirectUris"] ?? "")
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .ToHashSet(StringComparer.Ordinal);
    }

    /// <returns>Where to send the browser.</returns>
    public async Task<string> HandleAsync(string name, string? redirectUri, HttpContext http, CancellationToken ct)
    {
        var provider = _providers.Get(name);
        if (redirectUri is null || !_redirectUris.Contains(redirectUri))
            throw Problems.Validation("redirectUri", "is not on the list of Auth:RedirectUris");
        var (state, nonce, verifier) = (MasterKey.NewToken(), MasterKey.NewToken(), MasterKey.NewToken());
        // One browser may have several sign-ins under way, in tabs: they share the cookie.
        var browser = OAuthCookie.Of(http, _secure) is { Length: 43 } kept ? kept : MasterKey.NewToken();
        var url = await provider.AuthorizationUrlAsync(state, nonce, verifier, ct);
        var now = _time.GetUtcNow();
        await _db.ExecuteAsync(
            """
            with expired as (delete from auth.oauth_states where expires_at < $7)
            insert into auth.oauth_states (state_hash, provider, browser_hash, nonce, code_verifier, redirect_uri, expires_at) values ($1, $2, $3, $4, $5, $6, $8)
            """,
            ct,
            HashOf(state),
            name,
            HashOf(browser),
            nonce,
            verifier,
            redirectUri,
            now,
            now + Lifetime
        );
        OAuthCookie.Set(http, _secure, browser, Lifetime);
        return url;
    }

    internal static byte[] HashOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
