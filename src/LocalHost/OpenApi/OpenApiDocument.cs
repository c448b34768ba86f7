using System.Text.Json.Nodes;
using AgentInvest.Functions.Runtime;
using Microsoft.AspNetCore.Routing;

namespace AgentInvest.LocalHost.OpenApi;

/// <summary>
/// The OpenAPI 3.1 document of every HTTP function, read from the mapped endpoints: routes and methods from routing, security and limits
/// from the attributes the pipeline enforces, bodies and answers from the types the use cases serialise. What is served cannot differ from
/// what is said.
/// </summary>
internal sealed class OpenApiDocument(IEnumerable<Endpoint> endpoints)
{
    private readonly SchemaWriter _schemas = new();
    private readonly ProblemResponses _problems = new();

    private static readonly Dictionary<string, string> Tags = new()
    {
        ["admin"] = "Users, their rights and the audit log, for administrators.",
        ["ai"] = "Risk, optimal portfolios and the models behind them.",
        ["auth"] = "Accounts, sessions, second factors, passkeys, API keys and sign-in with other providers.",
        ["health"] = "Whether the service answers, and whether it can serve.",
        ["market"] = "Quotes, history, indicators and patterns of listed instruments; public.",
        ["portfolio"] = "The books of portfolios, what they hold, how they did and what tax asks.",
        ["shared"] = "What a read-only link shows.",
        ["trading"] = "Orders on paper.",
    };

    public JsonObject Build(string version)
    {
        var writer = new OperationWriter(_schemas, _problems);
        var paths = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var endpoint in endpoints.OfType<RouteEndpoint>())
        {
            if (endpoint.Metadata.GetMetadata<FunctionMetadata>() is not { } function)
                continue;
            var (path, names) = PathParameters.Of(endpoint.RoutePattern);
            var methods = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"];
            if (!paths.TryGetValue(path, out var item))
                paths[path] = item = [];
            foreach (var (i, method) in methods.Where(m => m != "HEAD").Index())
            {
                // Ids are unique: a second method of one function is named after itself.
                var id = i == 0 ? function.Name : function.Name + method[..1] + method[1..].ToLowerInvariant();
                item[method.ToLowerInvariant()] = writer.Write(endpoint, function, id, path, names);
            }
        }
        var schemas = _schemas.Complete();
        schemas["Problem"] = ProblemResponses.Schema();
        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "AgentInvest",
                ["version"] = version,
                ["description"] =
                    "Live quotes, the books of portfolios, and what follows from them. Money, prices and quantities are JSON numbers "
                    + "without loss; members ending in Percent are percent, every other ratio is a fraction. "
                    + "Every refusal is RFC 9457 problem+json with a stable `code`.",
                ["license"] = new JsonObject { ["name"] = "MIT", ["identifier"] = "MIT" },
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/", ["description"] = "This host" }),
            ["tags"] = new JsonArray([
                .. paths
                    .Keys.Select(Tag)
                    .Distinct()
                    .Select(t => (JsonNode)new JsonObject { ["name"] = t, ["description"] = Tags.GetValueOrDefault(t, t) }),
            ]),
            ["paths"] = new JsonObject(paths.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value))),
            ["components"] = new JsonObject
            {
                ["schemas"] = new JsonObject(schemas.Select(s => KeyValuePair.Create(s.Key, (JsonNode?)s.Value))),
                ["responses"] = _problems.ToJson(),
                ["headers"] = CommonHeaders.Headers(),
                ["securitySchemes"] = SecuritySchemes(),
            },
        };
    }

    private static JsonObject SecuritySchemes() =>
        JsonNode
            .Parse(
                """
                {
                  "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "The access token that signing in answers."
                  },
                  "apiKey": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-Api-Key",
                    "description": "A key for programs; operations name the scope it needs. Without portfolio:read:values amounts are null."
                  }
                }
                """
            )!
            .AsObject();

    /// <summary><c>/v1/portfolio/transactions</c> → <c>portfolio</c>.</summary>
    public static string Tag(string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries) is [_, var area, ..]
            ? area switch
            {
                "portfolios" or "jobs" => "portfolio",
                ".well-known" => "auth",
                _ => area,
            }
            : "host";
}
