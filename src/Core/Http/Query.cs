using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace AgentInvest.Core.Http;

/// <summary>Query parameters, read strictly: a value that cannot be read is a 400 that names it, not a default.</summary>
public static class Query
{
    public static string? Text(HttpRequest request, string name) =>
        request.Query.TryGetValue(name, out var v) && v.ToString() is { Length: > 0 } text ? text : null;

    public static DateOnly? Day(HttpRequest request, string name) => Text(request, name) is not { } text ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day
        : throw Problems.Validation(name, "must be a date such as 2026-01-31");

    public static Guid? Id(HttpRequest request, string name) => Text(request, name) is not { } text ? null
        : Guid.TryParse(text, out var id) ? id : throw Problems.NotFound();

    public static bool Flag(HttpRequest request, string name, bool fallback = false) => Text(request, name) switch
    {
        null => fallback,
        "true" => true,
        "false" => false,
        _ => throw Problems.Validation(name, "must be true or false"),
    };
}
