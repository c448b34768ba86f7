using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;

namespace AgentInvest.LocalHost.OpenApi;

/// <summary>JSON schemas of the API's types, by the serialiser's own exporter, collected under <c>components/schemas</c>.</summary>
internal sealed class SchemaBook
{
    private readonly SortedDictionary<string, JsonNode> _schemas = new(StringComparer.Ordinal) { ["Problem"] = ProblemSchema() };

    private static readonly JsonSchemaExporterOptions Options = new()
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = Transform,
    };

    public static JsonNode Reference(string name) => new JsonObject { ["$ref"] = "#/components/schemas/" + name };

    public JsonNode Of(Type type)
    {
        var name = Name(type);
        if (!_schemas.ContainsKey(name))
        {
            _schemas[name] = new JsonObject();
            var schema = Json.Options.GetJsonSchemaAsNode(type, Options);
            Rebase(schema, name);
            _schemas[name] = schema;
        }
        return Reference(name);
    }

    public JsonObject ToJson() => new(_schemas.Select(s => KeyValuePair.Create(s.Key, (JsonNode?)s.Value.DeepClone())));

    /// <summary>
    /// <c>RecordTransaction.Request</c> → <c>RecordTransactionRequest</c>; <c>ListPage&lt;Quote&gt;</c> → <c>QuoteListPage</c>.
    /// </summary>
    private static string Name(Type type)
    {
        if (type.IsArray) return Name(type.GetElementType()!) + "List";
        if (type.IsGenericType) return string.Concat(type.GetGenericArguments().Select(Name)) + type.Name.Split('`')[0];
        return type.DeclaringType is { } outer ? Name(outer) + type.Name : type.Name;
    }

    /// <summary>What our converters write, which the exporter cannot look into.</summary>
    private static JsonNode Transform(JsonSchemaExporterContext context, JsonNode schema)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        var nullable = Nullable.GetUnderlyingType(context.TypeInfo.Type) is not null;
        JsonNode Typed(string kind, string? format)
        {
            var node = new JsonObject { ["type"] = nullable ? new JsonArray(kind, "null") : kind };
            if (format is not null) node["format"] = format;
            return node;
        }
        if (type == typeof(decimal)) return Typed("number", "decimal");
        if (type == typeof(DateTimeOffset)) return Typed("string", "date-time");
        if (type == typeof(DateOnly)) return Typed("string", "date");
        if (type == typeof(Guid)) return Typed("string", "uuid");
        if (Written(type) is { } written) return written;
        // The exporter takes the values of such a dictionary for anything, and says nothing of them.
        if (type.IsGenericType && type.GetGenericArguments() is [_, var value] && Written(value) is { } values)
            schema["additionalProperties"] = values;
        if (schema is JsonObject o && o["required"] is JsonArray required)
            required.RemoveAll(name => MayBeAbsent(context.TypeInfo, name!.GetValue<string>()));
        return schema;
    }

    private static JsonNode? Written(Type type) =>
        type.GetCustomAttribute<WrittenAsAttribute>() is { } written ? JsonNode.Parse(written.Schema) : null;

    /// <summary>Whether an answer leaves the member out where it is null.</summary>
    private static bool MayBeAbsent(JsonTypeInfo type, string name) =>
        type.Properties.Single(p => p.Name == name)
            .AttributeProvider!.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: true)
            .Length > 0;

    /// <summary>The exporter's references count from the schema's own root.</summary>
    private static void Rebase(JsonNode? node, string name)
    {
        switch (node)
        {
            case JsonObject o:
                if (o["$ref"] is JsonValue value && value.GetValue<string>() is ['#', ..] reference)
                    o["$ref"] = "#/components/schemas/" + name + reference[1..];
                foreach (var member in o.ToList()) Rebase(member.Value, name);
                break;
            case JsonArray a:
                foreach (var item in a) Rebase(item, name);
                break;
        }
    }

    private static JsonNode ProblemSchema() =>
        JsonNode.Parse(
            """
            {
              "type": "object",
              "required": ["type", "title", "status", "detail", "instance", "code", "traceId"],
              "properties": {
                "type": { "type": "string", "format": "uri" },
                "title": { "type": "string" },
                "status": { "type": "integer" },
                "detail": { "type": "string" },
                "instance": { "type": "string" },
                "code": { "type": "string", "description": "Stable; branch on it." },
                "traceId": { "type": "string" },
                "errors": { "type": "object", "description": "For 400: messages by request member.", "additionalProperties": { "type": "array", "items": { "type": "string" } } }
              }
            }
            """
        )!;
}
