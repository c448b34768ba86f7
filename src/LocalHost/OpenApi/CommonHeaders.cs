using System.Text.Json.Nodes;

namespace AgentInvest.LocalHost.OpenApi;

/// <summary>Headers that many operations take or answer; the latter are components.</summary>
internal static class CommonHeaders
{
    private static readonly (string Name, string Type, string Description)[] Answers =
    [
        ("Cache-Control", "string", "How long the answer may be kept."),
        ("ETag", "string", "The version of what is answered: strong, of the books and not of prices."),
        ("Idempotency-Replayed", "boolean", "`true` on an answer that the same `Idempotency-Key` got before."),
        ("Location", "string", "Where what was made, or what is asked for, is read."),
        ("RateLimit-Limit", "integer", "Requests a minute that the caller's bucket holds."),
        ("RateLimit-Remaining", "integer", "Requests left in it."),
        ("RateLimit-Reset", "integer", "Seconds until it is full again."),
        ("Retry-After", "integer", "Seconds to wait before the next attempt."),
        ("WWW-Authenticate", "string", "`Bearer`."),
        ("X-CSRF-Token", "string", "In cookie mode: what refresh and logout expect in the header of this name."),
        (
            "X-Request-Id",
            "string",
            "The caller's own id of the request where it sent a valid one, else one made here; also `traceId` of a problem."
        ),
    ];

    private static readonly (string Name, string Description)[] Requests =
    [
        ("Idempotency-Key", "At most 255 characters. A repeat with the same key and body gets the first answer; kept 24 h."),
        ("If-Match", "An `ETag` read before: 412 where the books have changed since."),
        ("If-None-Match", "An `ETag` read before: 304 where it is still that."),
        ("X-CSRF-Token", "Required where the refresh token comes in the cookie `__Host-refresh`."),
    ];

    /// <summary>References to the headers of an answer.</summary>
    public static JsonObject Of(params string[] names) =>
        new(names.Select(n => KeyValuePair.Create(n, (JsonNode?)new JsonObject { ["$ref"] = "#/components/headers/" + ComponentName(n) })));

    public static IEnumerable<string> AnswerOf(OperationFacts facts)
    {
        yield return "X-Request-Id";
        if (!facts.Policy.Unlimited)
        {
            yield return "RateLimit-Limit";
            yield return "RateLimit-Remaining";
            yield return "RateLimit-Reset";
        }
        if (facts.About.ETag)
            yield return "ETag";
        if (facts.Policy.PublicData)
            yield return "Cache-Control";
        if (facts.About.Status is 201 or 302 || facts.About.Location || facts.StartsJob)
            yield return "Location";
        if (facts.Policy.Idempotent)
            yield return "Idempotency-Replayed";
        if (facts.SetsCookie)
            yield return "X-CSRF-Token";
    }

    /// <summary>The parameters for the headers that an operation takes.</summary>
    public static IEnumerable<JsonObject> RequestOf(OperationFacts facts) =>
        Requests
            .Where(h =>
                h.Name switch
                {
                    "Idempotency-Key" => facts.Policy.Idempotent,
                    "If-Match" => facts.Has(412, "precondition_failed"),
                    "If-None-Match" => facts.IsConditional,
                    _ => facts.ReadsCookie,
                }
            )
            .Select(h => OperationWriter.Parameter("header", h.Name, h.Description, false, new JsonObject { ["type"] = "string" }));

    public static JsonObject Headers() =>
        new(
            Answers.Select(h =>
                KeyValuePair.Create(
                    ComponentName(h.Name),
                    (JsonNode?)
                        new JsonObject
                        {
                            ["description"] = h.Description,
                            ["schema"] = new JsonObject { ["type"] = h.Type },
                        }
                )
            )
        );

    /// <summary><c>Idempotency-Key</c> → <c>IdempotencyKey</c>.</summary>
    private static string ComponentName(string header) => header.Replace("-", "", StringComparison.Ordinal);
}
