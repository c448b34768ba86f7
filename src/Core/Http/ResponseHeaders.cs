using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace AgentInvest.Core.Http;

/// <summary>The request id and the security headers that every answer carries.</summary>
internal static class ResponseHeaders
{
    public static void Write(HttpContext http, EndpointPolicy policy)
    {
        var headers = http.Response.Headers;
        headers["X-Request-Id"] = http.TraceIdentifier = RequestId(http);
        headers.XContentTypeOptions = "nosniff";
        headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        headers["Referrer-Policy"] = "no-referrer";
        if (!policy.PublicData) headers.CacheControl = "no-store";
    }

    private static string RequestId(HttpContext http) =>
        http.Request.Headers["X-Request-Id"].ToString() is { Length: > 0 and <= 128 } given
        && given.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
            ? given
            : Activity.Current?.TraceId.ToHexString() ?? Guid.CreateVersion7().ToString("N");
}
