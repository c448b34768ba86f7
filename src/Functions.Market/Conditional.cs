using System.IO.Hashing;
using System.Text.Json;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;

namespace AgentInvest.Functions.Market;

/// <summary>Answers that a client may keep: <c>ETag</c> over the content, 304 to whoever has it already.</summary>
internal static class Conditional
{
    public static IResult Answer<T>(HttpRequest request, T value, int maxAge) =>
        Answer(request, JsonSerializer.SerializeToUtf8Bytes(value, Json.Options), "application/json; charset=utf-8", maxAge);

    public static IResult Answer(HttpRequest request, byte[] bytes, string type, int maxAge)
    {
        var etag = $"\"{XxHash3.HashToUInt64(bytes):x16}\"";
        var response = request.HttpContext.Response;
        response.Headers.ETag = etag;
        response.Headers.CacheControl = $"public, max-age={maxAge}";
        return request.Headers.IfNoneMatch.Any(v => v is not null && (v == "*" || v.Contains(etag, StringComparison.Ordinal)))
            ? Results.StatusCode(StatusCodes.Status304NotModified) : Results.Bytes(bytes, type);
    }
}
