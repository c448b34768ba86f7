using AgentInvest.Core.Data;
using Microsoft.AspNetCore.Http;

namespace AgentInvest.Core.Http;

/// <summary>What a function answers with: JSON as the contract writes it.</summary>
public static class Answer
{
    public static IResult Ok<T>(T value) => Results.Json(value, Json.Options);
    public static IResult Created<T>(string location, T value) =>
        new WithHeader("Location", location, Results.Json(value, Json.Options, statusCode: 201));
    public static IResult Accepted<T>(T value) => Results.Json(value, Json.Options, statusCode: 202);
    public static IResult NoContent() => Results.NoContent();

    /// <summary>Adds a header to a result, e.g. <c>ETag</c>.</summary>
    public static IResult With(this IResult result, string header, string value) => new WithHeader(header, value, result);

    private sealed class WithHeader(string name, string value, IResult inner) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers[name] = value;
            return inner.ExecuteAsync(httpContext);
        }
    }
}
