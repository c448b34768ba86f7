using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using AgentInvest.Core.Data;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AgentInvest.Core.Http;

/// <summary>The one place where a fault becomes an answer: RFC 9457, without stack traces, SQL or paths.</summary>
public static partial class ProblemAnswer
{
    internal static Problem Of(Exception e, ILogger log)
    {
        switch (e)
        {
            case ProblemException p:
                return p.Problem;
            case BadHttpRequestException b:
                return b.StatusCode == 413
                    ? Problems.PayloadTooLarge(Body.Limit).Problem
                    : Problems.Validation("", "The request could not be read.").Problem;
            case NpgsqlException { IsTransient: true } or TimeoutException:
                Log.Unavailable(log, e);
                return Problems.Busy(TimeSpan.FromSeconds(2)).Problem;
            default:
                Log.Failed(log, e);
                return new Problem(
                    500,
                    "internal_error",
                    "Something went wrong on our side.",
                    "The traceId identifies the failure in our logs."
                );
        }
    }

    /// <summary>For answers that the framework ends with a bare status.</summary>
    internal static Problem OfStatus(int status) => status switch
    {
        400 => Problems.Validation("", "The request could not be read.").Problem,
        404 => Problems.NotFound().Problem,
        405 => Problems.MethodNotAllowed().Problem,
        413 => Problems.PayloadTooLarge(Body.Limit).Problem,
        415 => Problems.UnsupportedMediaType("application/json").Problem,
        _ => new Problem(status, status < 500 ? "bad_request" : "internal_error", "The request failed."),
    };

    public static Task WriteAsync(HttpContext http, Problem problem) => WriteAsync(http, problem, http.Response.Body);

    internal static async Task WriteAsync(HttpContext http, Problem problem, Stream body)
    {
        var response = http.Response;
        response.StatusCode = problem.Status;
        response.ContentType = "application/problem+json";
        response.Headers.CacheControl = "no-store";
        if (problem.Status == 401) response.Headers.WWWAuthenticate = "Bearer";
        if (problem.RetryAfter is { } wait)
            response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        var members = new Dictionary<string, object?>
        {
            ["type"] = "urn:agentinvest:problem:" + problem.Code,
            ["title"] = problem.Title,
            ["status"] = problem.Status,
            ["detail"] = problem.Detail ?? problem.Title,
            ["instance"] = http.Request.Path.Value,
            ["code"] = problem.Code,
            ["traceId"] = Activity.Current?.TraceId.ToHexString() ?? http.TraceIdentifier,
        };
        if (problem.Errors is not null) members["errors"] = problem.Errors;
        foreach (var (name, value) in problem.Extensions ?? new Dictionary<string, object?>()) members[name] = value;
        var bytes = JsonSerializer.SerializeToUtf8Bytes(members, Json.Options);
        response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(http.Request.Method)) await body.WriteAsync(bytes, http.RequestAborted);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The request failed")]
        public static partial void Failed(ILogger log, Exception exception);

        [LoggerMessage(LogLevel.Warning, "PostgreSQL is not available")]
        public static partial void Unavailable(ILogger log, Exception exception);
    }
}
