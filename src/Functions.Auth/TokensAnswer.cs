using AgentInvest.Auth.Accounts;
using AgentInvest.Auth.Sessions;
using AgentInvest.Core.Http;

namespace AgentInvest.Functions.Auth;

/// <summary>
/// How tokens are answered: in the body, or for <c>?cookie=true</c> with the refresh token in a cookie that no script can read.
/// </summary>
public static class TokensAnswer
{
    public const string Cookie = "__Host-refresh";
    public const string CsrfHeader = "X-CSRF-Token";

    /// <summary>The answer in cookie mode.</summary>
    public sealed record InCookie(
        string AccessToken,
        string TokenType,
        int ExpiresIn,
        int RefreshExpiresIn,
        UserProfile User,
        string CsrfToken
    );

    public static IResult Of(HttpRequest request, Tokens tokens) => Of(request, tokens, Query.Flag(request, "cookie"));

    public static IResult Of(HttpRequest request, Tokens tokens, bool inCookie)
    {
        if (!inCookie) return Answer.Ok(tokens);
        request.HttpContext.Response.Cookies.Append(Cookie, tokens.RefreshToken, Options(TimeSpan.FromSeconds(tokens.RefreshExpiresIn)));
        return Answer
            .Ok(
                new InCookie(tokens.AccessToken, tokens.TokenType, tokens.ExpiresIn, tokens.RefreshExpiresIn, tokens.User, tokens.CsrfToken)
            )
            .With(CsrfHeader, tokens.CsrfToken);
    }

    public static void Forget(HttpResponse response) => response.Cookies.Append(Cookie, "", Options(TimeSpan.Zero));

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
