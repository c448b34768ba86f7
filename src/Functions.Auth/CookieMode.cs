using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using AgentInvest.Auth.Accounts;
using AgentInvest.Auth.Sessions;
using AgentInvest.Core.Http;

namespace AgentInvest.Functions.Auth;

/// <summary>The tokens of a sign-in in cookie mode: the refresh token is in the cookie.</summary>
/// <param name="ExpiresIn">Seconds until the access token expires.</param>
/// <param name="RefreshExpiresIn">Seconds until the cookie expires.</param>
/// <param name="CsrfToken">To be sent as X-CSRF-Token with the cookie; also a header of this answer.</param>
public sealed record CookieTokens(
    string AccessToken,
    [AllowedValues("Bearer")] string TokenType,
    int ExpiresIn,
    int RefreshExpiresIn,
    UserProfile User,
    string CsrfToken
);

/// <summary>
/// How sign-ins are answered: with the refresh token in the body, or for <c>?cookie=true</c> in a cookie that no script can read.
/// </summary>
public static class CookieMode
{
    public const string Cookie = "__Host-refresh";
    public const string CsrfHeader = "X-CSRF-Token";

    public sealed record Query(
        [Description("Puts the refresh token into a cookie that no script can read, and answers csrfToken instead.")] bool Cookie = false
    );

    /// <summary>Whether the request asks for cookie mode; to be read before anything is done, because it may be refused.</summary>
    public static bool IsRequested(HttpRequest request, BrowserGuard guard)
    {
        if (!QueryReader.Read<Query>(request).Cookie) return false;
        guard.RequireSameSite();
        return true;
    }

    public static string? TokenOf(HttpRequest request) => request.Cookies[Cookie] is { Length: > 0 } token ? token : null;

    public static BrowserGuard.Evidence EvidenceOf(HttpRequest request) =>
        new(request.Headers.Origin.ToString(), request.Headers["Sec-Fetch-Site"].ToString(), request.Headers[CsrfHeader].ToString());

    public static IResult AnswerOf(HttpRequest request, SignInAnswer answer, bool inCookie) =>
        answer switch
        {
            Tokens tokens => AnswerOf(request, tokens, inCookie),
            MfaRequired mfa => Answer.Ok(mfa),
            LinkRequired link => Answer.Ok(link),
            _ => throw new InvalidOperationException($"{answer.GetType().Name} is no answer of a sign-in."),
        };

    public static void Forget(HttpResponse response) => response.Cookies.Append(Cookie, "", Options(TimeSpan.Zero));

    private static IResult AnswerOf(HttpRequest request, Tokens tokens, bool inCookie)
    {
        if (!inCookie) return Answer.Ok(tokens);
        request.HttpContext.Response.Cookies.Append(Cookie, tokens.RefreshToken, Options(TimeSpan.FromSeconds(tokens.RefreshExpiresIn)));
        var (access, type, expiresIn, _, refreshExpiresIn, user, csrf) = tokens;
        return Answer.Ok(new CookieTokens(access, type, expiresIn, refreshExpiresIn, user, csrf)).With(CsrfHeader, csrf);
    }

    private static CookieOptions Options(TimeSpan lifetime) =>
        new()
        {
            HttpOnly = true,
            Secure = true,
            SameSite = SameSiteMode.Strict,
            Path = "/",
            MaxAge = lifetime,
        };
}
