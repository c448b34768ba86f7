using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using AgentInvest.Auth.Accounts;

namespace AgentInvest.Auth.Sessions;

/// <summary>What a sign-in answers: tokens, or what is missing for them.</summary>
public abstract record SignInAnswer;

/// <summary>The tokens of a session.</summary>
/// <param name="ExpiresIn">Seconds until the access token expires.</param>
/// <param name="RefreshExpiresIn">Seconds until the refresh token expires.</param>
/// <param name="CsrfToken">What a browser must send beside the refresh cookie; answered in cookie mode only.</param>
public sealed record Tokens(
    string AccessToken,
    [AllowedValues("Bearer")] string TokenType,
    int ExpiresIn,
    string RefreshToken,
    int RefreshExpiresIn,
    UserProfile User,
    [property: JsonIgnore] string CsrfToken
) : SignInAnswer;

/// <summary>A second factor is asked for: send a code with the token to /auth/mfa/verify.</summary>
public sealed record MfaRequired(string MfaToken, IReadOnlyList<MfaMethod> Methods) : SignInAnswer
{
    [JsonPropertyName("mfaRequired"), JsonPropertyOrder(-1), AllowedValues(true)] public bool IsRequired => true;
}

/// <summary>An account with the provider's address exists already: prove its password at /auth/oauth/link.</summary>
public sealed record LinkRequired(string LinkToken) : SignInAnswer
{
    [JsonPropertyName("linkRequired"), JsonPropertyOrder(-1), AllowedValues(true)] public bool IsRequired => true;
}

/// <summary>A kind of code that passes for a second factor.</summary>
public enum MfaMethod
{
    /// <summary>Of an authenticator app.</summary>
    Totp,

    [JsonStringEnumMemberName("recovery_code")] RecoveryCode,
}
