using System.Net;

namespace AgentInvest.Auth.Sessions;

/// <summary>
/// Sites as browsers tell them apart for SameSite cookies (RFC 6265bis, "schemeful same-site"): scheme and registrable domain, whatever the
/// port. Of publicsuffix.org's list those suffixes stand here that an app or this API is likely to be deployed under; a missing one makes
/// cookie mode answer where the browser then drops the cookie, and opens nothing.
/// </summary>
internal static class Site
{
    /// <summary>Whoever has a name under these has it alone: two hosts under one of them are never taken for one site.</summary>
    private static readonly string[] Platforms =
    [
        "azure-api.net",
        "azurewebsites.net",
        "azurestaticapps.net",
        "azurecontainerapps.io",
        "azureedge.net",
        "azurefd.net",
        "trafficmanager.net",
        "cloudapp.net",
        "cloudapp.azure.com",
        "windows.net",
        "signalr.net",
        "amplifyapp.com",
        "appspot.com",
        "cloudfront.net",
        "deno.dev",
        "firebaseapp.com",
        "fly.dev",
        "github.dev",
        "github.io",
        "gitlab.io",
        "herokuapp.com",
        "netlify.app",
        "ngrok.app",
        "ngrok.io",
        "ngrok-free.app",
        "onrender.com",
        "pages.dev",
        "railway.app",
        "run.app",
        "surge.sh",
        "trycloudflare.com",
        "vercel.app",
        "web.app",
        "workers.dev",
    ];

    /// <summary>Second levels of countries under which domains are registered: <c>co.uk</c>, <c>com.au</c>.</summary>
    private static readonly HashSet<string> SecondLevels =
    [
        "ac",
        "co",
        "com",
        "edu",
        "gov",
        "ltd",
        "me",
        "ne",
        "net",
        "or",
        "org",
        "plc",
    ];

    public static bool AreSame(Uri one, Uri other) => one.Scheme == other.Scheme && Of(one.IdnHost) == Of(other.IdnHost);

    private static string Of(string host)
    {
        host = host.TrimEnd('.').ToLowerInvariant();
        if (IPAddress.TryParse(host.Trim('[', ']'), out _) || Platforms.Any(p => host.EndsWith("." + p, StringComparison.Ordinal)))
            return host;
        var labels = host.Split('.');
        var suffix = labels is [.., var second, { Length: 2 }] && SecondLevels.Contains(second) ? 2 : 1;
        return string.Join('.', labels.TakeLast(suffix + 1));
    }
}
