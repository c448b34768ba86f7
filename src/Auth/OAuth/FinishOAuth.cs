using System.Text.Json;
using AgentInvest.Core.Data;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace AgentInvest.Auth.OAuth;

/// <summary>
/// GET or POST /auth/oauth/{provider}/callback: the provider's answer. The state must be one of ours, for this provider, of this browser,
/// and is used up; the code is redeemed with its PKCE verifier and the identity checked. The app gets a code of our own, good once and for
/// a minute.
/// </summary>
[Singleton]
public sealed class FinishOAuth(Db db, OAuthProviders providers, OneTimeIdentities identities, TimeProvider time)
{
    private static readonly TimeSpan CodeLifetime = TimeSpan.FromMinutes(1);
    private static readonly string[] NameParts = ["firstName", "lastName"];

    /// <param name="IsForm">Whether the provider answered with a form, not in the query.</param>
    /// <param name="Parameters">The form, or the query.</param>
    /// <param name="Browser">The cookie that <see cref="StartOAuth"/> gave the browser; null for none.</param>
    public sealed record Callback(bool IsForm, string Parameters, string? Browser);

    private sealed record State(string Nonce, string Verifier, string RedirectUri);

    /// <returns>Where to send the browser: the app's page with <c>code</c>, or with <c>error</c> where the person declined.</returns>
    public async Task<string> HandleAsync(string name, Callback callback, CancellationToken ct)
    {
        var provider = providers.Get(name);
        // A provider that answers by form is not listened to in a query, where its answer would stand in logs and histories.
        if (callback.IsForm != provider.Kind.FormPost) throw AccessProblems.ProviderRefused();
        var answer = QueryHelpers.ParseQuery(callback.Parameters);
        if (One(answer, "state") is not { } state || callback.Browser is not { } browser)
            throw AccessProblems.ProviderRefused();
        var begun =
            await db.OneAsync(
                """
                delete from auth.oauth_states where state_hash = $1 and provider = $2 and browser_hash = $3 and expires_at > $4
                returning nonce, code_verifier, redirect_uri
                """,
                r => new State(r.GetString(0), r.GetString(1), r.GetString(2)),
                ct,
                StartOAuth.HashOf(state),
                EnumNames.Of(provider.Kind.Name),
                StartOAuth.HashOf(browser),
                time.GetUtcNow()
            ) ?? throw AccessProblems.ProviderRefused();
        if (One(answer, "code") is not { } code)
            return QueryHelpers.AddQueryString(
                begun.RedirectUri,
                "error",
                One(answer, "error") is "access_denied" or "user_cancelled_authorize" ? "access_denied" : "provider_error"
            );
        var identity = await provider.RedeemAsync(code, begun.Verifier, begun.Nonce, One(answer, "iss"), ct);
        // Apple sends the name beside the token, once; it is not signed, so it names a new account and nothing else.
        if (provider.Kind.FormPost) identity = identity with { Name = NameOf(One(answer, "user")) };
        return QueryHelpers.AddQueryString(
            begun.RedirectUri,
            "code",
            await identities.KeepAsync(OneTimeIdentityKind.Code, identity, CodeLifetime, ct)
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
