using System.Collections.Concurrent;
using AgentInvest.Core.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace AgentInvest.Core.Security;

/// <summary>A token that was verified: whose it is, when it ends, which key signed it.</summary>
public sealed record VerifiedToken(CurrentUser User, DateTimeOffset ExpiresAt, string Kid);

/// <summary>
/// Signs and verifies ES256 access tokens (<c>typ: at+jwt</c>), good for 15 minutes. Verified ones are cached, so that a
/// signature is checked once.
/// </summary>
[Singleton]
public sealed class AccessTokens(SigningKeys keys, TimeProvider time, IConfiguration configuration)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);
    private const string Type = "at+jwt";
    private const string Audience = "agentinvest";
    private const int MaxCached = 20_000;
    private readonly string _issuer = configuration["Auth:PublicOrigin"] ?? "http://localhost:7071";
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false, MapInboundClaims = false };
    private readonly ConcurrentDictionary<string, VerifiedToken> _verified = new(StringComparer.Ordinal);

    public async Task<string> IssueAsync(CurrentUser user, IReadOnlyList<string> amr, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = Type,
            Issuer = _issuer,
            Audience = Audience,
            IssuedAt = now,
            NotBefore = now,
            Expires = now + Lifetime,
            SigningCredentials = await keys.SigningAsync(ct),
            Claims = new Dictionary<string, object>
            {
                ["sub"] = user.Id.ToString(),
                ["sid"] = user.SessionId.ToString(),
                ["jti"] = Guid.CreateVersion7().ToString(),
                ["roles"] = user.Roles.ToArray(),
                ["tier"] = user.Tier,
                ["amr"] = amr.ToArray(),
                ["ver"] = user.TokenVersion,
            },
        });
    }

    /// <exception cref="ProblemException">401: <c>token_expired</c>, or <c>unauthenticated</c> for anything else that is wrong with
    /// it.</exception>
    public async ValueTask<VerifiedToken> VerifyAsync(string token, CancellationToken ct)
    {
        if (!_verified.TryGetValue(token, out var verified))
        {
            verified = await CheckAsync(token, ct);
            if (_verified.Count >= MaxCached) _verified.Clear();
            _verified[token] = verified;
        }
        var live = keys.IsLive(verified.Kid);
        if (live && time.GetUtcNow() < verified.ExpiresAt + Skew) return verified;
        _verified.TryRemove(token, out _);
        throw live ? Problems.TokenExpired() : Invalid();
    }

    private async Task<VerifiedToken> CheckAsync(string token, CancellationToken ct)
    {
        // The key is looked up by us, so that a token cannot make the library look for one.
        if (token.Length > 4096 || !_handler.CanReadToken(token)) throw Invalid();
        JsonWebToken unverified;
        try
        {
            unverified = _handler.ReadJsonWebToken(token);
        }
        catch (ArgumentException)
        {
            throw Invalid();
        }
        if (unverified.Alg != SecurityAlgorithms.EcdsaSha256 || unverified.Typ != Type || string.IsNullOrEmpty(unverified.Kid))
            throw Invalid();
        var key = await keys.FindAsync(unverified.Kid, ct) ?? throw Invalid();
        var result = await _handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = _issuer,
            ValidAudience = Audience,
            ValidTypes = [Type],
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            IssuerSigningKey = key,
            TryAllIssuerSigningKeys = false,
            ClockSkew = Skew,
            RequireExpirationTime = true,
            LifetimeValidator = (notBefore, expires, _, _) =>
            {
                var now = time.GetUtcNow().UtcDateTime;
                return expires is null ? throw new SecurityTokenNoExpirationException()
                    : now >= expires + Skew ? throw new SecurityTokenExpiredException() : notBefore is null || notBefore <= now + Skew;
            },
        });
        if (!result.IsValid) throw result.Exception is SecurityTokenExpiredException ? Problems.TokenExpired() : Invalid();
        return Read(unverified);
    }

    private static VerifiedToken Read(JsonWebToken token)
    {
        if (
            !Guid.TryParse(token.Subject, out var id)
            || !token.TryGetPayloadValue<string>("sid", out var sid)
            || !Guid.TryParse(sid, out var session)
            || !token.TryGetPayloadValue<string>("tier", out var tier)
        )
            throw Invalid();
        token.TryGetPayloadValue<int>("ver", out var version);
        var roles = token.Claims.Where(c => c.Type == "roles").Select(c => c.Value).ToList();
        return new VerifiedToken(
            new CurrentUser(id, session, roles, tier) { TokenVersion = version },
            new DateTimeOffset(token.ValidTo, TimeSpan.Zero),
            token.Kid
        );
    }

    private static ProblemException Invalid() => Problems.Unauthenticated("The token is not valid.");
}
