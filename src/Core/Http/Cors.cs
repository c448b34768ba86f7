using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace AgentInvest.Core.Http;

/// <summary>CORS by an exact allow-list, <c>Cors:Origins</c>: credentials for listed origins, nothing for others.</summary>
public sealed class Cors(IConfiguration configuration)
{
    private readonly HashSet<string> _origins = (configuration["Cors:Origins"] ?? "")
        .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);

    /// <summary>Writes the headers; answers true when the request was an OPTIONS and is done.</summary>
    public bool Handle(HttpContext http)
    {
        var origin = http.Request.Headers.Origin.ToString();
        var headers = http.Response.Headers;
        if (_origins.Count > 0) headers.Vary = "Origin";
        var listed = origin.Length > 0 && _origins.Contains(origin);
        if (listed)
        {
            headers.AccessControlAllowOrigin = origin;
            headers.AccessControlAllowCredentials = "true";
            headers.AccessControlExposeHeaders =
                "ETag, Location, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, "
                + "X-Request-Id, X-CSRF-Token, Idempotency-Replayed";
        }
        if (!HttpMethods.IsOptions(http.Request.Method)) return false;
        if (listed)
        {
            headers.AccessControlAllowMethods = "GET, POST, PUT, PATCH, DELETE, OPTIONS";
            headers.AccessControlAllowHeaders =
                "Authorization, Content-Type, X-Api-Key, X-CSRF-Token, X-Request-Id, X-Requested-With, X-SignalR-User-Agent, "
                + "Idempotency-Key, If-Match, If-None-Match";
            headers.AccessControlMaxAge = "600";
        }
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return true;
    }
}
