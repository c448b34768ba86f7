using System.Text.Json;
using System.Text.Json.Nodes;
using AgentInvest.Core.Data;
using AgentInvest.Core.Security;
using Microsoft.AspNetCore.Http;

namespace AgentInvest.Core.Http;

/// <summary>
/// What a key with <c>portfolio:read</c> but without <c>portfolio:read:values</c> gets to see: the same answer, in which every number is
/// null that is not known to tell no amount. Listed is what stays, so a figure added tomorrow is hidden until somebody decides otherwise.
/// </summary>
internal static class AmountsFilter
{
    private static readonly HashSet<string> Harmless = new(StringComparer.Ordinal)
    {
        "weight",
        "weights",
        "topWeights",
        "twr",
        "xirr",
        "roai",
        "simple",
        "volatility",
        "sharpe",
        "sortino",
        "maxDrawdown",
        "calmar",
        "beta",
        "alpha",
        "var95",
        "cvar95",
        "trackingError",
        "informationRatio",
        "hhi",
        "matrix",
        "yield",
        "price",
        "fxRate",
        "ratio",
        "status",
        "year",
        "progress",
    };

    public static bool Applies(EndpointPolicy policy, CurrentUser? user) =>
        policy.Scope == Scopes.PortfolioRead && user?.Scopes is { } scopes && !scopes.Contains(Scopes.PortfolioValues);

    public static async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        var target = http.Response.Body;
        using var body = new MemoryStream();
        http.Response.Body = body;
        try
        {
            await next(http);
        }
        finally
        {
            http.Response.Body = target;
        }
        var bytes = body.ToArray();
        if (http.Response.StatusCode < 300 && bytes.Length > 0)
        {
            // A file of the books is nothing but amounts.
            if (http.Response.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true)
                throw Problems.InsufficientScope(Scopes.PortfolioValues);
            var json = JsonNode.Parse(bytes)!;
            Hide(json, null);
            bytes = JsonSerializer.SerializeToUtf8Bytes(json, Json.Options);
        }
        if (bytes.Length > 0) http.Response.ContentLength = bytes.Length;
        await target.WriteAsync(bytes, http.RequestAborted);
    }

    private static void Hide(JsonNode? node, string? name)
    {
        if (node is JsonObject members)
            foreach (var (member, value) in members.ToList())
                if (IsAmount(value, member)) members[member] = null;
                else Hide(value, member);
        if (node is JsonArray items)
            for (var i = 0; i < items.Count; i++)
                if (IsAmount(items[i], name)) items[i] = null;
                else Hide(items[i], name);
    }

    private static bool IsAmount(JsonNode? value, string? name) =>
        value?.GetValueKind() == JsonValueKind.Number
        && !(name is not null && (Harmless.Contains(name) || name.EndsWith("Percent", StringComparison.Ordinal)));
}
