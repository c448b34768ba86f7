using System.IO.Hashing;
using System.Text.Json;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;

namespace AgentInvest.Functions.Market;

/// <summary>Answers that a client may cache: <c>ETag</c> over the content, 304 where the client has it already.</summary>
internal static class ConditionalAnswer
{
    public static IResult Of<T>(HttpRequest request, T value, int maxAge) =>
        Of(request, JsonSerializer.SerializeToUtf8Bytes(value, Json.Options), "application/json; charset=utf-8", maxAge);

    public static IResult Of(HttpRequest request, byte[] bytes, string type, int maxAge)
    {
        var etag = $"\"{XxHash3.HashToUInt64(bytes):x16}\"";
        var response = request.HttpContext.Response;
        response.Headers.ETag = etag;
        response.Headers.CacheControl = $"public, max-age={maxAge}";
        return request.Headers.IfNoneMatch.Any(v => v is not null && (v == "*" || v.Contains(etag, StringComparison.Ordinal)))
            ? Results.StatusCode(StatusCodes.Status304NotModified) : Results.Bytes(bytes, type);
    }
}
