using AgentInvest.Core.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace AgentInvest.Auth.Sessions;

/// <summary>
/// Whether a request that carries the refresh cookie was made by a page of ours: it must send the token that was told beside the cookie,
/// come from a known origin where it names one, and not from another site.
/// </summary>
public sealed class BrowserGuard
{
    private readonly Csrf _csrf;
    private readonly HashSet<string> _origins;

    internal BrowserGuard(Csrf csrf, IOptions<AuthOptions> options, IConfiguration configuration)
    {
        _csrf = csrf;
        _origins =
        [
            options.Value.Origin,
            .. (configuration["Cors:Origins"] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
        ];
    }

    /// <exception cref="ProblemException">403 <c>csrf_failed</c>.</exception>
    public void Check(HttpRequest request, string refreshToken)
    {
        var origin = request.Headers.Origin.ToString();
        if (origin.Length > 0 && !_origins.Contains(origin)) throw AuthProblems.CsrfFailed("The page's origin is not one of ours.");
        // A listed origin may well be of another site; without an origin, only the page itself and the address bar are near enough.
        if (origin.Length == 0 && request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site")
            throw AuthProblems.CsrfFailed("The request comes from another site.");
        if (
            !RefreshTokens.TryRead(refreshToken, out var session, out _)
            || !_csrf.IsRight(session, request.Headers["X-CSRF-Token"].ToString())
        )
            throw AuthProblems.CsrfFailed("Send the csrfToken of the sign-in, or of the last refresh, as X-CSRF-Token.");
    }
}
