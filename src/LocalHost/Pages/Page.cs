using System.Net;
using System.Security.Cryptography;

namespace AgentInvest.LocalHost.Pages;

/// <summary>
/// A small HTML page of the local host, in light and dark. Its policy allows only its own style and script, which carry a nonce, and calls
/// to this host.
/// </summary>
internal static class Page
{
    private const string Style = """
        :root { color-scheme: light dark; --text: #1c2330; --muted: #5b6575; --card: #fff; --back: #f4f6f9; --line: #dce1e8;
          --accent: #0b62c4; --good: #167a41; --bad: #b3261e; }
        @media (prefers-color-scheme: dark) { :root { --text: #e4e8ef; --muted: #98a3b3; --card: #1a2029; --back: #11151b; --line: #2b3340;
          --accent: #74b0ff; --good: #61cf8f; --bad: #ff8a80; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; padding: 3rem 1.25rem; max-width: 44rem; font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif;
          color: var(--text); background: var(--back); }
        h1 { margin: 0 0 .25rem; font-size: 1.7rem; line-height: 1.25; }
        h2 { margin: 0; font-size: 1.05rem; }
        p { margin: .5rem 0 1.25rem; }
        a { color: var(--accent); overflow-wrap: anywhere; }
        code { font: .9em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
        ul { list-style: none; margin: 1.5rem 0; padding: 0; }
        li, article { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .8rem 1rem;
          margin: 0 0 .6rem; }
        li a { font-weight: 600; }
        li span, .muted { color: var(--muted); }
        li span { display: block; font-size: .92rem; }
        .text { white-space: pre-wrap; overflow-wrap: anywhere; margin: .6rem 0 0; }
        label { display: block; margin: 1rem 0 .3rem; }
        input, button { font: inherit; padding: .5rem .7rem; border-radius: .4rem; border: 1px solid var(--line); }
        input { width: 100%; color: var(--text); background: var(--card); }
        button { margin-top: .8rem; color: #fff; background: #0b62c4; border-color: #0b62c4; cursor: pointer; }
        output { display: block; margin: 1.25rem 0; font-weight: 600; }
        output.good { color: var(--good); }
        output.bad { color: var(--bad); }
        """;

    /// <param name="http">The request that is answered.</param>
    /// <param name="title">Text of the title and the heading; encoded here.</param>
    /// <param name="body">HTML below the heading, its values already encoded.</param>
    /// <param name="script">JavaScript, free of values from outside.</param>
    public static IResult Answer(HttpContext http, string title, string body, string? script = null)
    {
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        http.Response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src data:; connect-src 'self'; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        http.Response.Headers.CacheControl = "no-store"; // A nonce is for one answer.
        var heading = WebUtility.HtmlEncode(title);
        return Results.Text(
            $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{heading}</title>
            <link rel="icon" href="data:,">
            <style nonce="{nonce}">
            {Style}
            </style>
            </head>
            <body>
            <h1>{heading}</h1>
            {body}
            {(script is null ? "" : $"<script nonce=\"{nonce}\">\n{script}\n</script>")}
            </body>
            </html>

            """,
            "text/html; charset=utf-8"
        );
    }

    /// <summary>Whether the caller ranks HTML above JSON, as browsers do; no Accept header, or */* alone, does not.</summary>
    public static bool IsPreferred(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().Accept;
        return Quality("text/html") is > 0 and var html && html > Math.Max(Quality("application/json"), Quality("*/*"));

        double Quality(string type) =>
            accepted.Where(a => a.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase)).Select(a => a.Quality ?? 1).FirstOrDefault();
    }
}
