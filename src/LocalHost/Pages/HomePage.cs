using System.Net;

namespace AgentInvest.LocalHost.Pages;

/// <summary>GET /: where to go from the address that <c>./dev up</c> prints. The same links are printed to the console.</summary>
internal static class HomePage
{
    private sealed record Link(string Name, string Path, string Purpose);

    private static readonly Link Outbox = new("Outbox", "/dev/outbox", "the mails that would have gone out, with their links");

    private static readonly Link[] Links =
    [
        new("API", "/v1", "the base address of every call; paths work without /v1 as well"),
        new("Documentation", "/docs", "every call, to read and to try"),
        new("OpenAPI", "/openapi/v1.json", "the same as a document for tools and typed clients"),
        Outbox,
        new("Health", "/health/ready", "the state of the host and of what it depends on"),
        new("README", "/readme", "a walk with curl, commands and settings"),
    ];

    /// <param name="http">The request that is answered.</param>
    /// <param name="hasOutbox">False once mails leave over SMTP: the outbox is closed then.</param>
    public static IResult Answer(HttpContext http, bool hasOutbox)
    {
        var origin = WebUtility.HtmlEncode($"{http.Request.Scheme}://{http.Request.Host}");
        var items = Shown(hasOutbox)
            .Select(l => $"<li><a href=\"{l.Path}\">{l.Name}</a> <code>{l.Path}</code><span>{l.Purpose}</span></li>");
        return Page.Answer(
            http,
            "AgentInvest",
            $"""
            <p>The backend is running on this machine. Its API answers at <code>{origin}/v1</code>.</p>
            <ul>
            {string.Join('\n', items)}
            </ul>
            <p class="muted">In another terminal, <code>./dev demo</code> walks a new user through the product;
            <code>./dev status</code> says what runs.</p>
            """
        );
    }

    /// <summary>The links as lines for the console.</summary>
    public static IEnumerable<string> Lines(string origin, bool hasOutbox) =>
        Shown(hasOutbox).Select(l => $"  {l.Name,-14}{origin}{l.Path}");

    private static IEnumerable<Link> Shown(bool hasOutbox) => Links.Where(l => hasOutbox || l != Outbox);
}
