using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Jobs;
using AgentInvest.Functions.Runtime;
using Microsoft.AspNetCore.Routing;

namespace AgentInvest.LocalHost.OpenApi;

/// <summary>
/// One operation: parameters and bodies from the types that the use case takes and answers, headers, security and common problems from the
/// attributes that the pipeline enforces.
/// </summary>
internal sealed class OperationWriter(SchemaWriter schemas, ProblemResponses problems)
{
    private const string JsonContent = "application/json";

    /// <param name="path">As the document shows it.</param>
    /// <param name="pathParameters">The names in <paramref name="path"/>.</param>
    public JsonObject Write(RouteEndpoint endpoint, FunctionMetadata function, string id, string path, IEnumerable<string> pathParameters)
    {
        var about = function.Method.GetCustomAttribute<DescribeAttribute>() ?? new DescribeAttribute(function.Name);
        var policy = EndpointPolicy.Of(endpoint.Metadata);
        var facts = OperationFacts.Of(about, policy, [.. pathParameters]);
        var operation = new JsonObject
        {
            ["operationId"] = id,
            ["tags"] = new JsonArray(OpenApiDocument.Tag(path)),
            ["summary"] = about.Summary,
        };
        if (Description(about, policy) is { Length: > 0 } description)
            operation["description"] = description;
        if (Parameters(facts, path) is { Count: > 0 } parameters)
            operation["parameters"] = parameters;
        if (RequestBody(about) is { } body)
            operation["requestBody"] = body;
        operation["responses"] = Responses(facts, function.Method.GetCustomAttributes<AlsoAnswersAttribute>());
        operation["security"] = Security(facts);
        return operation;
    }

    private static string Description(DescribeAttribute about, EndpointPolicy policy)
    {
        var parts = new List<string>();
        if (about.Detail is { } detail)
            parts.Add(detail);
        if (policy.Role is { } role)
            parts.Add($"For the role `{role}`.");
        if (policy.Scope is { } scope)
            parts.Add($"API keys need the scope `{scope}`.");
        return string.Join("\n\n", parts);
    }

    private JsonArray Parameters(OperationFacts facts, string path)
    {
        var parameters = new JsonArray();
        foreach (var name in facts.PathParameters)
            parameters.Add(PathParameters.Write(name, path));
        foreach (var query in facts.Query)
            parameters.Add(QueryParameter(query));
        foreach (var header in CommonHeaders.RequestOf(facts))
            parameters.Add(header);
        return parameters;
    }

    private JsonObject QueryParameter(QueryParameter query)
    {
        var schema = schemas.OfAnswer(query.Type);
        if (query.Range is var (min, max))
        {
            schema["minimum"] = min;
            schema["maximum"] = max;
        }
        if (query.IsList)
            schema = new JsonObject { ["type"] = "array", ["items"] = schema };
        if (query.Default is { } standard)
            schema["default"] = JsonSerializer.SerializeToNode(standard, Json.Options);
        var parameter = Parameter("query", query.Name, query.Description, query.IsRequired, schema);
        if (query.IsList)
        {
            parameter["style"] = "form";
            parameter["explode"] = false;
        }
        if (query.Example is { } example)
            parameter["example"] = query.IsList ? new JsonArray([.. example.Split(',').Select(e => (JsonNode)e)]) : example;
        return parameter;
    }

    public static JsonObject Parameter(string place, string name, string? description, bool required, JsonObject schema)
    {
        var parameter = new JsonObject { ["name"] = name, ["in"] = place };
        if (description is not null)
            parameter["description"] = description;
        parameter["required"] = required;
        parameter["schema"] = schema;
        return parameter;
    }

    private JsonObject? RequestBody(DescribeAttribute about)
    {
        if (about.Request is null && about.RequestContent.Length == 0)
            return null;
        var content = new JsonObject();
        foreach (var type in about.RequestContent is { Length: > 0 } types ? types : [JsonContent])
        {
            var media = new JsonObject
            {
                ["schema"] = type switch
                {
                    JsonContent when about.Request is { } request => schemas.OfRequest(request),
                    "multipart/form-data" => JsonNode.Parse(
                        """{ "type": "object", "required": ["file"], "properties": { "file": { "type": "string", "format": "binary" } } }"""
                    ),
                    JsonContent => new JsonObject(),
                    _ => JsonNode.Parse("""{ "type": "string" }"""),
                },
            };
            if (type == JsonContent && about.Request?.GetCustomAttribute<ExampleAttribute>() is { } example)
                media["example"] = JsonNode.Parse(example.Value);
            else if (type.StartsWith("text/", StringComparison.Ordinal) && about.Example is { } text)
                media["example"] = text;
            content[type] = media;
        }
        return new JsonObject { ["required"] = about.Request?.GetConstructor(Type.EmptyTypes) is null, ["content"] = content };
    }

    private JsonObject Responses(OperationFacts facts, IEnumerable<AlsoAnswersAttribute> others)
    {
        var about = facts.About;
        var responses = new SortedDictionary<int, JsonObject> { [about.Status] = Success(facts) };
        foreach (var other in others)
            responses[other.Status] = new JsonObject
            {
                ["description"] = other.Description,
                ["headers"] = CommonHeaders.Of("X-Request-Id"),
                ["content"] = Content(JsonContent, schemas.OfAnswer(other.Response)),
            };
        if (facts.IsConditional)
            responses[304] = new JsonObject
            {
                ["description"] = "What If-None-Match names is still the answer.",
                ["headers"] = CommonHeaders.Of("ETag"),
            };
        // Where a status answers either, the problem is the exception that clients of this operation need not tell apart.
        foreach (var (status, codes) in facts.Problems)
            responses.TryAdd(status, new JsonObject { ["$ref"] = problems.Reference(status, codes) });
        return new JsonObject(responses.Select(r => KeyValuePair.Create(r.Key.ToString(CultureInfo.InvariantCulture), (JsonNode?)r.Value)));
    }

    private JsonObject Success(OperationFacts facts)
    {
        var about = facts.About;
        var success = new JsonObject
        {
            ["description"] = about.Status switch
            {
                201 => "Created",
                202 => "Accepted",
                204 => "Done",
                302 => "Found",
                _ => "OK",
            },
            ["headers"] = CommonHeaders.Of([.. CommonHeaders.AnswerOf(facts)]),
        };
        Type[] types =
            about.Responses is { Length: > 0 } several ? several
            : about.Response is { } one ? [one]
            : [];
        string[] media =
            about.ResponseContent is { Length: > 0 } named ? named
            : types.Length > 0 ? [JsonContent]
            : [];
        if (media.Length == 0)
            return success;
        var content = new JsonObject();
        foreach (var type in media)
            content[type] = new JsonObject
            {
                ["schema"] =
                    type != JsonContent ? new JsonObject { ["type"] = "string" }
                    : types.Length == 1 ? schemas.OfAnswer(types[0])
                    : new JsonObject { ["oneOf"] = new JsonArray([.. types.Select(schemas.OfAnswer)]) },
            };
        success["content"] = content;
        return success;
    }

    private static JsonArray Security(OperationFacts facts)
    {
        var policy = facts.Policy;
        var ways = new JsonArray();
        if (!policy.Anonymous)
            ways.Add(new JsonObject { ["bearer"] = new JsonArray() });
        if (policy is { Anonymous: false, Scope: { } scope })
            ways.Add(new JsonObject { ["apiKey"] = new JsonArray(scope) });
        return ways;
    }

    public static JsonObject Content(string type, JsonNode schema) => new() { [type] = new JsonObject { ["schema"] = schema } };
}

/// <summary>What follows from an operation's attributes and parameters.</summary>
/// <param name="Query">Its query parameters.</param>
/// <param name="Problems">The codes of its refusals by status.</param>
internal sealed record OperationFacts(
    DescribeAttribute About,
    EndpointPolicy Policy,
    IReadOnlyList<string> PathParameters,
    IReadOnlyList<QueryParameter> Query,
    IReadOnlyDictionary<int, SortedSet<string>> Problems
)
{
    /// <summary>Whether <c>If-None-Match</c> is compared.</summary>
    public bool IsConditional => About.ETag && Policy.PublicData;

    public bool StartsJob => About.Response == typeof(JobStarted);

    public bool SetsCookie => Query.Any(q => q.Name == "cookie");

    public bool ReadsCookie => Has(403, "csrf_failed");

    public bool Has(int status, string code) => Problems.TryGetValue(status, out var codes) && codes.Contains(code);

    public static OperationFacts Of(DescribeAttribute about, EndpointPolicy policy, IReadOnlyList<string> path)
    {
        var query = about.Parameters is { } record ? QueryReader.Describe(record) : [];
        return new OperationFacts(about, policy, path, query, ProblemsOf(about, policy, path, query));
    }

    private static SortedDictionary<int, SortedSet<string>> ProblemsOf(
        DescribeAttribute about,
        EndpointPolicy policy,
        IReadOnlyList<string> path,
        IReadOnlyList<QueryParameter> query
    )
    {
        var problems = new SortedDictionary<int, SortedSet<string>>();
        void Add(int status, string code)
        {
            if (!problems.TryGetValue(status, out var codes))
                problems[status] = codes = new SortedSet<string>(StringComparer.Ordinal);
            codes.Add(code);
        }
        Add(400, "validation_failed");
        if (!policy.Anonymous)
        {
            Add(401, "unauthenticated");
            Add(401, "token_expired");
            Add(401, "token_revoked");
            // An API key gets as far as its scopes, a session as far as its roles.
            Add(403, policy.Scope is null ? "forbidden" : "insufficient_scope");
            if (policy.Role is not null)
                Add(403, "forbidden");
        }
        if (path.Count > 0 || query.Any(q => q.Type == typeof(Guid)))
            Add(404, "not_found");
        if (about.Request is not null || about.RequestContent.Length > 0)
        {
            Add(413, "payload_too_large");
            Add(415, "unsupported_media_type");
        }
        if (policy.Idempotent)
        {
            Add(409, "conflict");
            Add(422, "idempotency_key_reused");
        }
        if (!policy.Unlimited)
            Add(429, "rate_limited");
        Add(500, "internal_error");
        Add(503, "busy");
        foreach (var problem in about.Problems)
            if (problem.Split(' ') is [var status, var code])
                Add(int.Parse(status, CultureInfo.InvariantCulture), code);
        return problems;
    }
}
