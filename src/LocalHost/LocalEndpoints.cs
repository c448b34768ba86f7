using System.Net;
using System.Reflection;
using System.Runtime.CompilerServices;
using AgentInvest.Auth.Mails;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Functions.Runtime;
using AgentInvest.LocalHost.OpenApi;
using AgentInvest.LocalHost.Pages;
using AgentInvest.LocalHost.Realtime;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Connections;
using Prometheus;
using Scalar.AspNetCore;

namespace AgentInvest.LocalHost;

/// <summary>
/// What the local host answers beside the functions: the hub, the OpenAPI document and its page, metrics, the outbox of mails, and the
/// pages that its links lead to.
/// </summary>
internal static class LocalEndpoints
{
    private static readonly object[] Open = [new AllowAnonymousAttribute(), new NoRateLimitAttribute(), new PublicDataAttribute()];

    /// <summary>Between routing and the endpoint: every request of this host passes here, whether or not anything answers it.</summary>
    public static void UseRequestPipeline(this WebApplication app)
    {
        var pipeline = app.Services.GetRequiredService<RequestPipeline>();
        var policies = new ConditionalWeakTable<Endpoint, EndpointPolicy>();
        app.Use((http, next) =>
        {
            var policy = http.GetEndpoint() is { } endpoint ? policies.GetValue(endpoint, PolicyOf) : EndpointPolicy.Unknown;
            return pipeline.InvokeAsync(http, policy, _ => next(http));
        });
    }

    /// <summary>The 405 of routing is an endpoint without metadata: it needs no sign-in to say so.</summary>
    private static EndpointPolicy PolicyOf(Endpoint endpoint) =>
        endpoint.Metadata.Count == 0 ? EndpointPolicy.Unknown with { } : EndpointPolicy.Of(endpoint.Metadata);

    public static void MapLocalEndpoints(this WebApplication app, string prefix)
    {
        var root = app.MapGroup(prefix).WithMetadata(Open);
        root.MapGet("/openapi/v1.json", Document);
        root.MapMetrics("/metrics");
        root.MapGet("/docs", (HttpContext http) => DocsPage.Answer(http, prefix));
        root.MapScalarApiReference("/docs"); // for its script, which the page loads; the page is ours
        root.MapGet("/dev/outbox", OutboxAsync);
        root.MapGet("/", (HttpContext http, IConfiguration configuration) => HomePage.Answer(http, HasOutbox(configuration)));
        root.MapGet("/readme", () => Results.File(Path.Combine(HostHome.Root, "README.md"), "text/plain; charset=utf-8"));
        foreach (var page in MailLinkPage.All) root.MapGet(page.Path, page.Answer);
        app.MapHub<QuotesHub>(prefix + QuotesHub.Path, options =>
        {
            options.ApplicationMaxBufferSize = 4 * 1024;
            options.CloseOnAuthenticationExpiration = false;
            options.Transports = HttpTransports.All;
        }).WithMetadata(Open).WithMetadata(new HubGateAttribute());
    }

    /// <summary>
    /// Whether the caller sits at this machine: nothing that looks as if it came through a proxy, or by a name that is not this machine's
    /// (DNS rebinding).
    /// </summary>
    private static bool IsLocal(HttpContext http) =>
        http.Connection.RemoteIpAddress is { } peer
        && IPAddress.IsLoopback(peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer)
        && !http.Request.Headers.Keys.Any(h =>
            h.StartsWith("X-Forwarded", StringComparison.OrdinalIgnoreCase)
            || h.Equals("Forwarded", StringComparison.OrdinalIgnoreCase)
            || h.Equals("X-Real-IP", StringComparison.OrdinalIgnoreCase)
            || h.Equals("Via", StringComparison.OrdinalIgnoreCase)
        )
        && http.Request.Host.Host is "localhost" or "127.0.0.1" or "[::1]" or "::1";

    /// <summary>
    /// Who may reach the hub: a hub token, or the id of a connection that was let in with one. The id is a secret that negotiate tells, so
    /// long polling goes on after the token's 60 s.
    /// </summary>
    public static void UseHubGate(this WebApplication app)
    {
        var tokens = app.Services.GetRequiredService<HubTokens>();
        app.Use(
            (http, next) =>
                http.GetEndpoint()?.Metadata.GetMetadata<HubGateAttribute>() is null
                || (http.Request.Query.ContainsKey("id") && !http.WebSockets.IsWebSocketRequest)
                || QuotesHub.Listener(http, tokens) is not null
                    ? next(http)
                    : throw Problems.Unauthenticated("The hub takes the token that negotiate answers.")
        );
    }

    /// <summary>The outbox is closed once mails leave over SMTP.</summary>
    public static bool HasOutbox(IConfiguration configuration) => configuration["Mail:Smtp:Host"] is not { Length: > 0 };

    /// <summary>JSON as the contract says; a page where a browser asks.</summary>
    private static async Task<IResult> OutboxAsync(HttpContext http, ReadOutbox outbox, IConfiguration configuration, CancellationToken ct)
    {
        if (!IsLocal(http)) throw Problems.NotFound();
        var mails = await outbox.HandleAsync(QueryReader.Read<ReadOutbox.Query>(http.Request), ct);
        return Page.IsPreferred(http.Request) ? OutboxPage.Answer(http, mails.Items, Origins(configuration)) : Answer.Ok(mails);
    }

    /// <summary>Where links in mails lead.</summary>
    private static List<string> Origins(IConfiguration configuration) =>
        new[] { configuration["Auth:AppOrigin"], configuration["Auth:PublicOrigin"] }.OfType<string>().Select(o => o.TrimEnd('/')).ToList();

    private static IResult Document(EndpointDataSource endpoints) =>
        Results.Text(Render([endpoints]), "application/json");

    public static string Render(IEnumerable<EndpointDataSource> endpoints) =>
        new OpenApiDocument(endpoints.SelectMany(s => s.Endpoints)).Build(Version).ToJsonString(new System.Text.Json.JsonSerializerOptions
        {
            WriteIndented = true,
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }) + "\n";

    private static string Version => Assembly.GetExecutingAssembly().GetName().Version!.ToString(3);

    [AttributeUsage(AttributeTargets.Class)]
    private sealed class HubGateAttribute : Attribute;
}
