using System.Text;
using System.Text.Json;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace AgentInvest.Auth.OAuth;

/// <summary>
/// GET or POST /auth/oauth/{provider}/callback: the provider's answer. The state must be one of ours, for this provider, of this browser,
/// and is used up; the code is redeemed with its PKCE verifier and the identity checked. The app gets a code of our own, good once and for
/// a minute.
/// </summary>
public sealed class FinishOAuth
{
    private static readonly TimeSpan CodeLifetime = TimeSpan.FromMinutes(1);
    private static readonly string[] NameParts = ["firstName", "lastName"];
    private readonly Db _db;
    private readonly OAuthProviders _providers;
    private readonly OneTimeIdentities _identities;
    private readonly bool _secure;
    private readonly TimeProvider _time;

    internal FinishOAuth(Db db, OAuthProviders providers, OneTimeIdentities identities, IOptions<AuthOptions> options, TimeProvider time)
    {
        (_db, _providers, _identities, _time) = (db, providers, identities, time);
        _secure = options.Value.PublicOrigin.StartsWith("https:", StringComparison.Ordinal);
    }

    private sealed record Begun(string Nonce, string Verifier, string RedirectUri);

    /// <returns>Where to send the browser: the app's page with <c>code</c>, or with <c>error</c> where the person declined.</returns>
    public async Task<string> HandleAsync(string name, HttpContext http, CancellationToken ct)
    {
        var provider = _providers.Get(name);
        var answer = await AnswerAsync(http, provider.Kind.FormPost, ct);
        if (One(answer, "state") is not { } state || OAuthCookie.Of(http, _secure) is not { } browser)
            throw AccessProblems.ProviderRefused();
        var begun =
            await _db.OneAsync(
                """
                delete from auth.oauth_states where state_hash = $1 and provider = $2 and browser_hash = $3 and expires_at > $4 returning nonce, code_verifier, redirect_uri
                """,
                r => new Begun(r.GetString(0), r.GetString(1), r.GetString(2)),
                ct,
                StartOAuth.HashOf(state),
                name,
                StartOAuth.HashOf(browser),
                _time.GetUtcNow()
            ) ?? throw AccessProblems.ProviderRefused();
        if (One(answer, "code") is not { } code)
            return QueryHelpers.AddQueryString(
                begun.RedirectUri,
                "error",
                One(answer, "error") is "access_denied" or "user_cancelled_authorize" ? "access_denied" : "provider_error"
            );
        var identity = await provider.RedeemAsync(code, begun.Verifier, begun.Nonce, One(answer, "iss"), ct);
        // Apple tells the name beside the token, once; it is not signed, so it names a new account and nothing else.
        if (provider.Kind.FormPost) identity = identity with { Name = NameOf(One(answer, "user")) };
        return QueryHelpers.AddQueryString(
            begun.RedirectUri,
            "code",
            await _identities.KeepAsync(OneTimeIdentities.Code, identity, CodeLifetime, ct)
        );
    }

    /// <summary>A provider that answers by form is not listened to in a query, where it would stand in logs and histories.</summary>
    private static async Task<Dictionary<string, StringValues>> AnswerAsync(HttpContext http, bool formPost, CancellationToken ct)
    {
        if (HttpMethods.IsPost(http.Request.Method) != formPost) throw AccessProblems.ProviderRefused();
        return QueryHelpers.ParseQuery(
            formPost ? Encoding.UTF8.GetString((await Body.ReadBytesAsync(http.Request, ct)).Span) : http.Request.QueryString.Value
        );
    }

    private static string? One(Dictionary<string, StringValues> answer, string name) =>
        answer.TryGetValue(name, out var values) && values is [{ Length: > 0 and <= 4096 } value] ? value : null;

    private static string? NameOf(string? user)
    {
        if (user is null) return null;
        try
        {
            using var json = JsonDocument.Parse(user);
            if (
                json.RootElement.ValueKind != JsonValueKind.Object
                || !json.RootElement.TryGetProperty("name", out var name)
                || name.ValueKind != JsonValueKind.Object
            )
                return null;
            return string.Join(
                ' ',
                NameParts
                    .Select(part =>
                        name.TryGetProperty(part, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null
                    )
                    .Where(text => !string.IsNullOrWhiteSpace(text))
            );
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>
/// Identities that wait for the app to claim them: sealed, found by a secret of which only the hash is kept, claimed once.
/// </summary>
internal sealed class OneTimeIdentities(Db db, MasterKey master, TimeProvider time)
{
    public const string Code = "code";
    public const string Link = "link";
    private const int Attempts = 5;

    public async Task<string> KeepAsync(string kind, ExternalIdentity identity, TimeSpan lifetime, CancellationToken ct)
    {
        var secret = MasterKey.NewToken();
        var now = time.GetUtcNow();
        await db.ExecuteAsync(
            """
            with expired as (delete from auth.oauth_codes where expires_at < $4)
            insert into auth.oauth_codes (code_hash, kind, identity, expires_at) values ($1, $2, $3, $5)
            """,
            ct,
            StartOAuth.HashOf(secret),
            kind,
            master.Protect("oauth-" + kind, JsonSerializer.SerializeToUtf8Bytes(identity)),
            now,
            now + lifetime
        );
        return secret;
    }

    public async Task<ExternalIdentity?> TakeAsync(Tx tx, string kind, string secret, CancellationToken ct) =>
        Open(
            kind,
            await tx.OneAsync(
                "delete from auth.oauth_codes where code_hash = $1 and kind = $2 and expires_at > $3 returning identity",
                r => r.GetFieldValue<byte[]>(0),
                ct,
                StartOAuth.HashOf(secret),
                kind,
                time.GetUtcNow()
            )
        );

    /// <summary>Looks without claiming, a few times only: each look is a guess of the password that goes with it.</summary>
    public async Task<ExternalIdentity?> TryAsync(string kind, string secret, CancellationToken ct) =>
        Open(
            kind,
            await db.OneAsync(
                "update auth.oauth_codes set attempts = attempts + 1 where code_hash = $1 and kind = $2 and expires_at > $3 and attempts < $4 returning identity",
                r => r.GetFieldValue<byte[]>(0),
                ct,
                StartOAuth.HashOf(secret),
                kind,
                time.GetUtcNow(),
                Attempts
            )
        );

    private ExternalIdentity? Open(string kind, byte[]? bytes) =>
        bytes is null ? null : JsonSerializer.Deserialize<ExternalIdentity>(master.Unprotect("oauth-" + kind, bytes));
}
