using AgentInvest.Auth;
using AgentInvest.Auth.Sessions;
using AgentInvest.Core.Http;

namespace AgentInvest.Functions.Auth;

internal static class Requests
{
    /// <summary>Where a sign-in comes from.</summary>
    public static SignInContext SignInContextOf(HttpContext http, CallerAddress address, string? deviceName) =>
        new(
            address.Of(http),
            deviceName,
            Cut(http.Request.Headers.UserAgent.ToString(), 400),
            Cut(http.Request.Headers.AcceptLanguage.ToString(), 100)
        );

    private static string? Cut(string text, int length) => text.Length == 0 ? null : text.Length <= length ? text : text[..length];
}

/// <summary>
/// The cookie that ties a sign-in at a provider to the browser that began it: without it a stranger could hand somebody the end of their
/// own sign-in.
/// </summary>
internal static class OAuthCookie
{
    public static void Set(HttpResponse response, AuthOptions options, string value, TimeSpan lifetime) =>
        response.Cookies.Append(
            Name(options),
            value,
            new CookieOptions
            {
                HttpOnly = true,
                Secure = options.IsHttps,
                Path = "/",
                MaxAge = lifetime,
                // Apple's answer is a POST from another site, which needs None, which needs https; loopback has none.
                SameSite = options.IsHttps ? SameSiteMode.None : SameSiteMode.Lax,
            }
        );

    public static string? Of(HttpRequest request, AuthOptions options) => request.Cookies[Name(options)];

    private static string Name(AuthOptions options) => options.IsHttps ? "__Host-oauth" : "oauth";
}
