using System.Text.Json;
using System.Text.Json.Nodes;
using AgentInvest.Core.Data;
using AgentInvest.Core.Security;
using Microsoft.AspNetCore.Http;

namespace AgentInvest.Core.Http;

/// <summary>
/// Answers of functions that show an API key only a part unless it has a further scope, as
/// <see cref="RequireScopeAttribute.FullViewScope"/> says: the answer is held back and the function's own view of it is sent.
/// </summary>
internal static class RestrictedView
{
    public static bool Applies(EndpointPolicy policy, CurrentUser? user) =>
        policy.RequiredScope?.FullViewScope is { } full && user?.Scopes is { } scopes && !scopes.Contains(full);

    public static async Task InvokeAsync(HttpContext http, RequireScopeAttribute view, RequestDelegate next)
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
            // Of a file no part can be shown.
            if (http.Response.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true)
                throw Problems.InsufficientScope(view.FullViewScope!);
            bytes = JsonSerializer.SerializeToUtf8Bytes(view.Restrict(JsonNode.Parse(bytes)), Json.Options);
        }
        if (bytes.Length > 0) http.Response.ContentLength = bytes.Length;
        await target.WriteAsync(bytes, http.RequestAborted);
    }
}
