using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using AgentInvest.Core.Data;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace AgentInvest.Auth.OAuth;

/// <summary>Who somebody is at a provider.</summary>
/// <param name="EmailVerified">Whether the provider vouches for the address.</param>
internal sealed record ExternalIdentity(
    [property: JsonConverter(typeof(JsonStringEnumConverter<IdentityProvider>))] IdentityProvider Provider,
    string Subject,
    string? Email,
    bool EmailVerified,
    string? Name
);

/// <summary>
/// One OpenID provider: its configuration and keys (cached by the library, read again when a key is not known), the address to sign in at,
/// and what a code is worth.
/// </summary>
internal sealed partial class OAuthProvider(
    OAuthProviderKind kind,
    OAuthProviderOptions options,
    string apiAddress,
    HttpClient http,
    TimeProvider time,
    ILogger<OAuthProvider> log
)
{
    private const int MaxAnswerBytes = 64 * 1024;
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(60);
    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };
    private readonly ConfigurationManager<OpenIdConnectConfiguration> _configuration = new(
        options.Authority + "/.well-known/openid-configuration",
        new OpenIdConnectConfigurationRetriever(),
        new HttpDocumentRetriever(http) { RequireHttps = !new Uri(options.Authority!).IsLoopback }
    );

    public OAuthProviderKind Kind => kind;

    private string Callback => $"{apiAddress}/v1/auth/oauth/{EnumNames.Of(kind.Name)}/callback";

    public async Task<string> AuthorizationUrlAsync(string state, string nonce, string codeVerifier, CancellationToken ct)
    {
        var query = new Dictionary<string, string?>
        {
            ["response_type"] = "code",
            ["client_id"] = options.ClientId,
            ["redirect_uri"] = Callback,
            ["scope"] = kind.Scope,
            ["state"] = state,
            ["nonce"] = nonce,
            ["code_challenge"] = Base64UrlEncoder.Encode(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(codeVerifier))),
            ["code_challenge_method"] = "S256",
        };
        if (kind.FormPost) query["response_mode"] = "form_post";
        return QueryHelpers.AddQueryString((await ConfigurationAsync(ct)).AuthorizationEndpoint, query);
    }

    /// <param name="issuer">RFC 9207's <c>iss</c>, where the provider sent one: an answer of another provider is refused.</param>
    public async Task<ExternalIdentity> RedeemAsync(string code, string codeVerifier, string nonce, string? issuer, CancellationToken ct)
    {
        var configuration = await ConfigurationAsync(ct);
        if (issuer is not null && issuer != configuration.Issuer) throw AccessProblems.ProviderRefused();
        var token = await IdTokenAsync(configuration, code, codeVerifier, ct);
        var result = await ValidateAsync(token, configuration);
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException)
        {
            // The provider has changed its keys since we looked.
            _configuration.RequestRefresh();
            result = await ValidateAsync(token, await ConfigurationAsync(ct));
        }
        if (
            !result.IsValid
            || result.SecurityToken is not JsonWebToken jwt
            || Claim(jwt, "nonce") != nonce
            || jwt.Subject is not { Length: > 0 and <= 255 }
            || (jwt.Audiences.Count() > 1 && Claim(jwt, "azp") != options.ClientId)
        )
        {
            Log.Refused(log, kind.Title, result.Exception?.GetType().Name ?? "nonce, subject or authorized party");
            throw AccessProblems.ProviderRefused();
        }
        return new ExternalIdentity(
            kind.Name,
            jwt.Subject,
            Claim(jwt, "email")?.Trim().ToLowerInvariant(),
            string.Equals(Claim(jwt, "email_verified"), "true", StringComparison.OrdinalIgnoreCase),
            Claim(jwt, "name")
        );
    }

    private async Task<OpenIdConnectConfiguration> ConfigurationAsync(CancellationToken ct)
    {
        try
        {
            var found = await _configuration.GetConfigurationAsync(ct);
            var addresses = new[] { found.AuthorizationEndpoint, found.TokenEndpoint, found.JwksUri };
            return found.Issuer?.TrimEnd('/') == options.Authority && addresses.All(OAuthProviderKind.IsSafe)
                ? found
                : throw AccessProblems.ProviderFailed(kind.Title);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or HttpRequestException)
        {
            Log.Unavailable(log, kind.Title, e.Message);
            throw AccessProblems.ProviderFailed(kind.Title);
        }
    }

    private async Task<string> IdTokenAsync(
        OpenIdConnectConfiguration configuration,
        string code,
        string codeVerifier,
        CancellationToken ct
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, configuration.TokenEndpoint)
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = Callback, ["client_id"] = options.ClientId!,
                ["client_secret"] = options.SignsItsSecret ? SignedSecret() : options.ClientSecret!, ["code_verifier"] = codeVerifier,
            }),
        };
        try
        {
            using var response = await http.SendAsync(request, ct);
            if ((int)response.StatusCode >= 500 || response.StatusCode == HttpStatusCode.TooManyRequests)
                throw AccessProblems.ProviderFailed(kind.Title);
            var body = await response.Content.ReadAsByteArrayAsync(ct);
            if (!response.IsSuccessStatusCode || body.Length > MaxAnswerBytes)
            {
                Log.Refused(log, kind.Title, $"the token endpoint answered {(int)response.StatusCode}");
                throw AccessProblems.ProviderRefused();
            }
            using var json = JsonDocument.Parse(body);
            return
                json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("id_token", out var token)
                && token.ValueKind == JsonValueKind.String
                ? token.GetString()!
                : throw AccessProblems.ProviderRefused();
        }
        catch (Exception e)
            when (e is HttpRequestException or JsonException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            Log.Unavailable(log, kind.Title, e.Message);
            throw AccessProblems.ProviderFailed(kind.Title);
        }
    }

    private Task<TokenValidationResult> ValidateAsync(string token, OpenIdConnectConfiguration configuration) =>
        _handler.ValidateTokenAsync(
            token,
            new TokenValidationParameters
            {
                ValidIssuer = configuration.Issuer,
                ValidAudience = options.ClientId,
                IssuerSigningKeys = configuration.SigningKeys,
                ValidAlgorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256],
                RequireSignedTokens = true,
                LifetimeValidator = (notBefore, expires, _, _) =>
                    time.GetUtcNow().UtcDateTime is var now && expires is { } end && now < end + Skew && !(notBefore > now + Skew),
            }
        );

    /// <summary>Apple's client secret: a JWT of five minutes, signed with the team's key.</summary>
    private string SignedSecret()
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(options.PrivateKey!.Replace("\\n", "\n", StringComparison.Ordinal));
        var now = time.GetUtcNow().UtcDateTime;
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = options.TeamId,
                Audience = options.Authority,
                IssuedAt = now,
                Expires = now.AddMinutes(5),
                Claims = new Dictionary<string, object> { ["sub"] = options.ClientId! },
                // Not cached: the library would keep a key that is disposed here.
                SigningCredentials = new SigningCredentials(
                    new ECDsaSecurityKey(key) { KeyId = options.KeyId },
                    SecurityAlgorithms.EcdsaSha256
                )
                {
                    CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false },
                },
            }
        );
    }

    private static string? Claim(JsonWebToken token, string name) => token.Claims.FirstOrDefault(c => c.Type == name)?.Value;

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{Provider} does not answer: {Reason}")]
        public static partial void Unavailable(ILogger log, string provider, string reason);

        [LoggerMessage(LogLevel.Warning, "An answer of {Provider} was refused: {Reason}")]
        public static partial void Refused(ILogger log, string provider, string reason);
    }
}
