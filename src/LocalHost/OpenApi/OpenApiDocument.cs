using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Functions.Runtime;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace AgentInvest.LocalHost.OpenApi;

/// <summary>
/// The OpenAPI 3.1 document of every HTTP function, read from the mapped endpoints: routes and methods from routing, security and limits
/// from the attributes the pipeline enforces, bodies and answers from the types the use cases serialise. What is served cannot differ from
/// what is said.
/// </summary>
internal sealed partial class OpenApiDocument(IEnumerable<Endpoint> endpoints)
{
    private readonly SchemaBook _schemas = new();

    public JsonObject Build(string version)
    {
        var paths = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var endpoint in endpoints.OfType<RouteEndpoint>())
        {
            if (endpoint.Metadata.GetMetadata<FunctionMetadata>() is not { } function) continue;
            var path = "/" + FixedParameter().Replace(endpoint.RoutePattern.RawText!, "${value}").TrimStart('/');
            var methods = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"];
            if (!paths.TryGetValue(path, out var item)) paths[path] = item = [];
            foreach (var (i, method) in methods.Index())
            {
                var operation = Operation(endpoint, function, path);
                // Ids are unique: a second method of one function is named after itself.
                if (i > 0) operation["operationId"] = function.Name + method[..1] + method[1..].ToLowerInvariant();
                item[method.ToLowerInvariant()] = operation;
            }
        }
        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "AgentInvest",
                ["version"] = version,
                ["description"] =
                    "Live quotes, the books of portfolios, and what follows from them. Money, prices and quantities are JSON numbers without loss; "
                    + "members ending in Percent are percent, every other ratio is a fraction. Every refusal is RFC 9457 problem+json with a stable `code`.",
                ["license"] = new JsonObject { ["name"] = "MIT", ["identifier"] = "MIT" },
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/", ["description"] = "This host" }),
            ["tags"] = new JsonArray(paths.Keys.Select(Tag).Distinct().Select(t => (JsonNode)new JsonObject { ["name"] = t }).ToArray()),
            ["paths"] = new JsonObject(paths.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value))),
            ["components"] = new JsonObject
            {
                ["schemas"] = _schemas.ToJson(),
                ["responses"] = new JsonObject
                {
                    ["Problem"] = new JsonObject
                    {
                        ["description"] = "A refusal: RFC 9457 problem details.",
                        ["content"] = Content("application/problem+json", SchemaBook.Reference("Problem")),
                    },
                },
                ["securitySchemes"] = new JsonObject
                {
                    ["bearer"] = new JsonObject
                    {
                        ["type"] = "http",
                        ["scheme"] = "bearer",
                        ["bearerFormat"] = "JWT",
                    },
                },
            },
        };
    }

    private JsonObject Operation(RouteEndpoint endpoint, FunctionMetadata function, string path)
    {
        var about = function.Method.GetCustomAttribute<DescribeAttribute>();
        var policy = EndpointPolicy.Of(endpoint.Metadata);
        var operation = new JsonObject
        {
            ["operationId"] = function.Name,
            ["tags"] = new JsonArray(Tag(path)),
            ["summary"] = about?.Summary ?? Words().Replace(function.Name, " $1").TrimStart(),
        };
        if (Description(about, policy) is { Length: > 0 } description) operation["description"] = description;
        if (Parameters(endpoint.RoutePattern, about, policy) is { Count: > 0 } parameters) operation["parameters"] = parameters;
        if (about?.Request is { } request)
            operation["requestBody"] = new JsonObject
            {
                ["required"] = true,
                ["content"] = Content("application/json", _schemas.Of(request)),
            };
        operation["responses"] = Responses(about, policy);
        operation["security"] = policy.Anonymous ? [] : new JsonArray(new JsonObject { ["bearer"] = new JsonArray() });
        return operation;
    }

    private JsonObject Responses(DescribeAttribute? about, EndpointPolicy policy)
    {
        var success = new JsonObject
        {
            ["description"] = about?.Status switch
            {
                201 => "Created",
                202 => "Accepted",
                204 => "Done",
                _ => "OK",
            },
        };
        if (about?.Response is { } type) success["content"] = Content("application/json", _schemas.Of(type));
        var responses = new JsonObject { [(about?.Status ?? 200).ToString(System.Globalization.CultureInfo.InvariantCulture)] = success };
        foreach (var status in new[] { "400", policy.Anonymous ? null : "401", "429", "default" })
            if (status is not null) responses[status] = new JsonObject { ["$ref"] = "#/components/responses/Problem" };
        foreach (var problem in about?.Problems ?? [])
            responses[problem.Split(' ')[0]] = new JsonObject { ["$ref"] = "#/components/responses/Problem" };
        return responses;
    }

    private static string Description(DescribeAttribute? about, EndpointPolicy policy)
    {
        var parts = new List<string>();
        if (about?.Detail is { } detail) parts.Add(detail);
        if (about is { Problems.Length: > 0 }) parts.Add("Refusals: " + string.Join(", ", about.Problems.Select(p => $"`{p}`")) + ".");
        if (policy.Scope is { } scope) parts.Add($"API keys need the scope `{scope}`.");
        return string.Join("\n\n", parts);
    }

    private static JsonArray Parameters(RoutePattern pattern, DescribeAttribute? about, EndpointPolicy policy)
    {
        var parameters = new JsonArray();
        var fixedNames = FixedParameter().Matches(pattern.RawText!).Select(m => m.Groups["name"].Value).ToList();
        foreach (var part in pattern.Parameters.Where(p => !fixedNames.Contains(p.Name)))
        {
            var parameter = Parameter("path", part.Name, null, true);
            if (Example(pattern.RawText!, part.Name) is { } example) parameter["example"] = example;
            parameters.Add(parameter);
        }
        foreach (var query in about?.Query ?? [])
        {
            var (name, text) = query.Split(':', 2) is [var n, var t] ? (n, t.Trim()) : (query, null);
            parameters.Add(Parameter("query", name, text, false));
        }
        if (policy.Idempotent)
            parameters.Add(Parameter("header", "Idempotency-Key", "Repeats with the same key get the first answer; kept 24 h.", false));
        return parameters;
    }

    /// <summary>What whoever tries a call finds filled in; an id has none, as it would be nobody's.</summary>
    private static string? Example(string route, string parameter) => parameter switch
    {
        "symbol" => route.Contains("instruments", StringComparison.Ordinal) ? "@HOUSE" : "AAPL",
        "symbols" => "AAPL,MSFT",
        "pair" => "EURUSD",
        "provider" => "google",
        _ => null,
    };

    private static JsonObject Parameter(string place, string name, string? description, bool required)
    {
        var parameter = new JsonObject
        {
            ["name"] = name,
            ["in"] = place,
            ["required"] = required,
            ["schema"] = new JsonObject { ["type"] = "string" },
        };
        if (description is not null) parameter["description"] = description;
        return parameter;
    }

    private static JsonObject Content(string type, JsonNode schema) => new() { [type] = new JsonObject { ["schema"] = schema } };

    /// <summary><c>/v1/portfolio/transactions</c> → <c>portfolio</c>.</summary>
    private static string Tag(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries) is [_, var area, ..] ? area switch
    {
        "portfolios" or "jobs" => "portfolio",
        ".well-known" => "auth",
        _ => area,
    } : "host";

    /// <summary>A parameter of one value, <c>{area:regex(^admin$)}</c>: a literal that the Functions host takes only in this form.</summary>
    [GeneratedRegex(@"\{(?<name>\w+):regex\(\^(?<value>[\w-]+)\$\)\}")]
    private static partial Regex FixedParameter();

    [GeneratedRegex("(?<!^)([A-Z])")]
    private static partial Regex Words();
}
