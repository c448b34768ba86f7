using AgentInvest.Core.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace AgentInvest.Auth.Sessions;

/// <summary>
/// Cookie mode: whether browsers of the app would send its cookie at all, and whether a request that carries it was made by a page of ours.
/// </summary>
[Singleton]
public sealed class BrowserGuard(Csrf csrf, IOptions<AuthOptions> options, IConfiguration configuration)
{
    private readonly HashSet<string> _origins =
    [
        options.Value.ApiAddress,
        options.Value.AppAddress,
        .. (configuration["Cors:Origins"] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
    ];

    private readonly bool _isSameSite = Site.AreSame(new Uri(options.Value.AppAddress), new Uri(options.Value.ApiAddress));

    /// <summary>The headers of a request that show which page made it.</summary>
    /// <param name="Origin">The header of that name; empty where the browser sent none.</param>
    /// <param name="FetchSite">The header Sec-Fetch-Site.</param>
    /// <param name="CsrfToken">The header X-CSRF-Token.</param>
    public sealed record Evidence(string Origin, string FetchSite, string CsrfToken);

    /// <summary>
    /// The refresh cookie is <c>SameSite=Strict</c>: browsers keep and send it only where the app's page and the API are of one site.
    /// </summary>
    /// <exception cref="ProblemException">400 that says which two origins are of different sites.</exception>
    public void RequireSameSite()
    {
        if (!_isSameSite)
            throw Problems.Validation(
                "cookie",
                "needs the app and the API on one site, such as https://app.example.com and https://api.example.com; browsers would not "
                    + $"send the cookie from {options.Value.AppAddress} to {options.Value.ApiAddress}"
            );
    }

    /// <summary>
    /// The request must send the token that was answered beside the cookie, come from a known origin where it names one, and not from
    /// another site.
    /// </summary>
    /// <exception cref="ProblemException">403 <c>csrf_failed</c>.</exception>
    public void Check(Evidence evidence, string refreshToken)
    {
        if (evidence.Origin.Length > 0 && !_origins.Contains(evidence.Origin))
            throw AuthProblems.CsrfFailed("The page's origin is not one of ours.");
        // A listed origin may well be of another site; without an origin, only the page itself and the address bar are near enough.
        if (evidence.Origin.Length == 0 && evidence.FetchSite is "cross-site" or "same-site")
            throw AuthProblems.CsrfFailed("The request comes from another site.");
        if (!RefreshTokens.TryRead(refreshToken, out var session, out _) || !csrf.IsRight(session, evidence.CsrfToken))
            throw AuthProblems.CsrfFailed("Send the csrfToken of the sign-in, or of the last refresh, as X-CSRF-Token.");
    }
}
