using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AgentInvest.AzureHost.Tests.Host;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace AgentInvest.AzureHost.Tests;

/// <summary>
/// Routes as API Management does (infra/bicep/policies/api.xml): by the first segment behind /v1, which may be left out, as the Bicep of
/// the dev environment assigns segments to apps.
/// </summary>
internal sealed partial class Gateway : IAsyncDisposable
{
    private const string Prefix = "/v1";
    private readonly WebApplication _app;
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

    private Gateway(WebApplication app) => _app = app;

    public Uri Url { get; private set; } = null!;

    /// <param name="apps">By name, as in <see cref="PackedApps.Names"/>.</param>
    public static async Task<Gateway> StartAsync(IReadOnlyDictionary<string, FunctionsHost> apps)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddHttpForwarder();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var gateway = new Gateway(builder.Build());
        var bySegment = await RoutesAsync(apps);
        var forwarder = gateway._app.Services.GetRequiredService<IHttpForwarder>();
        gateway._app.Run(http => gateway.RouteAsync(forwarder, bySegment, http));
        await gateway._app.StartAsync();
        gateway.Url = new Uri(gateway._app.Urls.Single());
        return gateway;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _client.Dispose();
    }

    private static async Task<Dictionary<string, Uri>> RoutesAsync(IReadOnlyDictionary<string, FunctionsHost> apps)
    {
        var bicep = await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "infra", "bicep", "main.dev.bicepparam"));
        var bySegment = new Dictionary<string, Uri>(StringComparer.OrdinalIgnoreCase);
        foreach (Match app in AppRoutes().Matches(bicep))
        {
            var url = apps.Single(a => a.Key.Equals(app.Groups["app"].Value, StringComparison.OrdinalIgnoreCase)).Value.Url;
            foreach (Match segment in Quoted().Matches(app.Groups["routes"].Value)) bySegment[segment.Groups["text"].Value] = url;
        }
        return bySegment;
    }

    private async Task RouteAsync(IHttpForwarder forwarder, Dictionary<string, Uri> bySegment, HttpContext http)
    {
        if (!http.Request.Path.StartsWithSegments(Prefix)) http.Request.Path = Prefix + http.Request.Path;
        var segment = http.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(1) ?? "";
        if (!bySegment.TryGetValue(segment, out var app))
        {
            http.Response.StatusCode = 404;
            http.Response.ContentType = "application/problem+json";
            await http.Response.WriteAsync(new JsonObject { ["status"] = 404, ["code"] = "not_found" }.ToJsonString());
            return;
        }
        http.Request.Headers["X-AgentInvest-Client"] = http.Connection.RemoteIpAddress!.ToString();
        await forwarder.SendAsync(http, app.GetLeftPart(UriPartial.Authority), _client);
    }

    [GeneratedRegex(@"name: '(?<app>\w+)', routes: \[(?<routes>[^\]]*)\]")]
    private static partial Regex AppRoutes();

    [GeneratedRegex("'(?<text>[^']+)'")]
    private static partial Regex Quoted();
}
