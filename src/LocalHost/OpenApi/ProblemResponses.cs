using System.Globalization;
using System.Text.Json.Nodes;

namespace AgentInvest.LocalHost.OpenApi;

/// <summary>
/// The refusals of operations: one response component for each status with the codes possible there, so that a client's compiler knows
/// which codes it may meet.
/// </summary>
internal sealed class ProblemResponses
{
    private readonly SortedDictionary<string, JsonObject> _responses = new(StringComparer.Ordinal);

    public string Reference(int status, IReadOnlyCollection<string> codes)
    {
        var name =
            string.Join("Or", codes.Select(Pascal)) + (codes.Count == 1 && codes.First() == "provider_unavailable" ? $"{status}" : "");
        _responses.TryAdd(name, Response(status, codes));
        return "#/components/responses/" + name;
    }

    public JsonObject ToJson() => new(_responses.Select(r => KeyValuePair.Create(r.Key, (JsonNode?)r.Value)));

    private static JsonObject Response(int status, IReadOnlyCollection<string> codes) =>
        new()
        {
            ["description"] = string.Join(" or ", codes.Select(c => $"`{c}`")),
            ["headers"] = CommonHeaders.Of(
                status switch
                {
                    401 => ["X-Request-Id", "WWW-Authenticate"],
                    429 => ["X-Request-Id", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After"],
                    503 => ["X-Request-Id", "Retry-After"],
                    _ => ["X-Request-Id"],
                }
            ),
            ["content"] = OperationWriter.Content(
                "application/problem+json",
                new JsonObject
                {
                    ["allOf"] = new JsonArray(
                        new JsonObject { ["$ref"] = "#/components/schemas/Problem" },
                        new JsonObject
                        {
                            ["type"] = "object",
                            ["required"] = new JsonArray("status", "code"),
                            ["properties"] = new JsonObject
                            {
                                ["status"] = new JsonObject { ["type"] = "integer", ["const"] = status },
                                ["code"] = new JsonObject
                                {
                                    ["type"] = "string",
                                    ["enum"] = new JsonArray([.. codes.Select(c => (JsonNode)c)]),
                                },
                            },
                        }
                    ),
                }
            ),
        };

    /// <summary><c>insufficient_quantity</c> → <c>InsufficientQuantity</c>.</summary>
    private static string Pascal(string code) =>
        string.Concat(code.Split('_').Select(w => char.ToUpper(w[0], CultureInfo.InvariantCulture) + w[1..]));

    /// <summary>RFC 9457, with the members that every problem of this API has.</summary>
    public static JsonObject Schema() =>
        JsonNode
            .Parse(
                """
                {
                  "type": "object",
                  "description": "RFC 9457 problem details. A problem may say more in further members.",
                  "required": ["type", "title", "status", "detail", "instance", "code", "traceId"],
                  "properties": {
                    "type": { "type": "string", "format": "uri" },
                    "title": { "type": "string" },
                    "status": { "type": "integer" },
                    "detail": { "type": "string" },
                    "instance": { "type": "string" },
                    "code": { "type": "string", "description": "Stable; branch on it." },
                    "traceId": { "type": "string" },
                    "errors": {
                      "type": "object",
                      "description": "For 400: messages by request member.",
                      "additionalProperties": { "type": "array", "items": { "type": "string" } }
                    }
                  }
                }
                """
            )!
            .AsObject();
}
