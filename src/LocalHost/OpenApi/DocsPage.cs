using System.Security.Cryptography;

namespace AgentInvest.LocalHost.OpenApi;

/// <summary>
/// GET /docs: the OpenAPI document as a page to read and to try calls from. Its policy, other than that of every other answer, lets it run
/// the host's own script, style itself and call this host; nothing of it comes from, or goes, elsewhere.
/// </summary>
internal static class DocsPage
{
    public static IResult Answer(HttpContext http, string prefix)
    {
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        http.Response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
            + "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        http.Response.Headers.CacheControl = "no-store"; // a nonce is for one answer
        return Results.Text(
            $$"""
            <!doctype html>
            <html lang="en">
            <head>
              <meta charset="utf-8">
              <meta name="viewport" content="width=device-width, initial-scale=1">
              <title>AgentInvest API</title>
              <link rel="icon" href="data:,">
            </head>
            <body>
              <div id="app"></div>
              <noscript>
                This page needs JavaScript; the document itself is at
                <a href="{{prefix}}/openapi/v1.json">{{prefix}}/openapi/v1.json</a>.
              </noscript>
              <script src="{{prefix}}/docs/scalar.js"></script>
              <script nonce="{{nonce}}">
                Scalar.createApiReference('#app', {
                  url: '{{prefix}}/openapi/v1.json',
                  withDefaultFonts: false,
                  telemetry: false,
                  hideClientButton: true,
                  showDeveloperTools: 'never',
                  agent: { disabled: true },
                  mcp: { disabled: true },
                });
              </script>
            </body>
            </html>
            """,
            "text/html; charset=utf-8"
        );
    }
}
