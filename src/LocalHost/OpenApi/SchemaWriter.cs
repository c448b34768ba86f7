using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;

namespace AgentInvest.LocalHost.OpenApi;

/// <summary>
/// JSON schemas of the API's types, read from the serialiser's own contracts. Every object type and every enum is a component, named after
/// the type; references lead to components and never inside them, which generators of typed clients cannot follow.
/// </summary>
/// <remarks>
/// Answers may gain members, so only requests say that others are refused; a type of both directions is two components, the request's with
/// <c>Input</c> behind its name. Names are settled when all uses are known (<see cref="Complete"/>).
/// </remarks>
internal sealed class SchemaWriter
{
    private readonly Dictionary<Use, JsonObject> _components = [];
    private readonly List<(JsonObject Reference, Use Use)> _references = [];
    private readonly NullabilityInfoContext _nullability = new();

    private readonly record struct Use(Type Type, bool IsRequest);

    public JsonObject OfRequest(Type type) => Of(type, null, isRequest: true);

    public JsonObject OfAnswer(Type type) => Of(type, null, isRequest: false);

    /// <summary>The components, by name; sets the references handed out before.</summary>
    /// <exception cref="InvalidOperationException">Different types of one name, all of them listed: one has to be renamed.</exception>
    public SortedDictionary<string, JsonObject> Complete()
    {
        foreach (var (reference, use) in _references)
            reference["$ref"] = "#/components/schemas/" + NameOf(use);
        var named = _components.GroupBy(c => NameOf(c.Key)).ToList();
        var clashes = named
            .Where(g => g.Any(c => !JsonNode.DeepEquals(c.Value, g.First().Value)))
            .Select(g => $"{g.Key}: {string.Join(", ", g.Select(c => c.Key.Type))}")
            .ToList();
        if (clashes.Count > 0)
            throw new InvalidOperationException(
                "One name for different schemas, rename all but one of each: " + string.Join("; ", clashes)
            );
        return new SortedDictionary<string, JsonObject>(named.ToDictionary(g => g.Key, g => g.First().Value), StringComparer.Ordinal);
    }

    private string NameOf(Use use) =>
        use.IsRequest && _components.ContainsKey(use with { IsRequest = false }) ? NameOf(use.Type) + "Input" : NameOf(use.Type);

    /// <summary>
    /// <c>RecordTransaction.Request</c> → <c>RecordTransactionRequest</c>, <c>GetLots.Lot</c> → <c>Lot</c>, <c>ListPage&lt;Lot&gt;</c> →
    /// <c>LotPage</c>.
    /// </summary>
    private static string NameOf(Type type)
    {
        var name = type.Name.Split('`')[0];
        if (name is "Request" or "Response" && type.DeclaringType is { } outer)
            name = outer.Name.Split('`')[0] + name;
        if (!type.IsGenericType)
            return name;
        if (type.GetGenericTypeDefinition() == typeof(ListPage<>))
            name = "Page";
        return string.Concat(type.GetGenericArguments().Select(NameOf)) + name;
    }

    /// <param name="nullability">Of the member that has the type; null where nothing of it can be null.</param>
    private JsonObject Of(Type type, NullabilityInfo? nullability, bool isRequest)
    {
        var underlying = Nullable.GetUnderlyingType(type);
        var schema = OfNotNull(underlying ?? type, nullability, isRequest);
        return underlying is not null || (!type.IsValueType && StateOf(nullability, isRequest) == NullabilityState.Nullable)
            ? OrNull(schema)
            : schema;
    }

    private static NullabilityState? StateOf(NullabilityInfo? nullability, bool isRequest) =>
        isRequest ? nullability?.WriteState : nullability?.ReadState;

    private JsonObject OfNotNull(Type type, NullabilityInfo? nullability, bool isRequest)
    {
        if (Simple(type, isRequest) is { } simple)
            return simple;
        if (type.IsEnum)
            return Reference(new Use(type, false), schema => FillEnum(schema, type));
        if (type.GetCustomAttribute<WrittenAsAttribute>() is { } written)
            return OfWritten(type, JsonNode.Parse(written.Schema)!.AsObject());
        var info = (isRequest ? Json.Strict : Json.Options).GetTypeInfo(type);
        switch (info.Kind)
        {
            case JsonTypeInfoKind.Enumerable:
                var item = nullability?.ElementType ?? nullability?.GenericTypeArguments.FirstOrDefault();
                return new JsonObject { ["type"] = "array", ["items"] = Of(info.ElementType!, item, isRequest) };
            case JsonTypeInfoKind.Dictionary:
                return new JsonObject
                {
                    ["type"] = "object",
                    ["additionalProperties"] = Of(info.ElementType!, nullability?.GenericTypeArguments.LastOrDefault(), isRequest),
                };
            case JsonTypeInfoKind.Object:
                return Reference(new Use(type, isRequest), schema => FillObject(schema, info, isRequest));
            default:
                throw new InvalidOperationException($"{type} has a converter of its own; [WrittenAs] must say what it writes.");
        }
    }

    private static JsonObject? Simple(Type type, bool isRequest)
    {
        if (type == typeof(string))
            return Typed("string");
        if (type == typeof(bool))
            return Typed("boolean");
        if (type == typeof(int))
            return Typed("integer", "int32");
        if (type == typeof(long))
            return Typed("integer", "int64");
        if (type == typeof(double))
            return Typed("number", "double");
        if (type == typeof(decimal))
            return isRequest ? new JsonObject { ["type"] = new JsonArray("number", "string") } : Typed("number");
        if (type == typeof(DateTimeOffset))
            return Typed("string", "date-time");
        if (type == typeof(DateOnly))
            return Typed("string", "date");
        if (type == typeof(Guid))
            return Typed("string", "uuid");
        if (type == typeof(Uri))
            return Typed("string", "uri");
        return type == typeof(object) || type == typeof(JsonElement) || type == typeof(JsonNode) ? [] : null;
    }

    private static JsonObject Typed(string type, string? format = null) =>
        format is null ? new JsonObject { ["type"] = type } : new JsonObject { ["type"] = type, ["format"] = format };

    private static void FillEnum(JsonObject schema, Type type)
    {
        schema["type"] = "string";
        schema["enum"] = new JsonArray([.. EnumNames.All(type).Select(w => (JsonNode)w)]);
        if (type.GetCustomAttribute<DescriptionAttribute>() is { } about)
            schema["description"] = about.Description;
    }

    /// <summary>A text in place; whatever has more to it as a component.</summary>
    private JsonObject OfWritten(Type type, JsonObject written) =>
        written["type"] is JsonValue kind && kind.GetValue<string>() == "string"
            ? written
            : Reference(
                new Use(type, false),
                schema =>
                {
                    foreach (var (name, node) in written)
                        schema[name] = node?.DeepClone();
                }
            );

    private static JsonObject OrNull(JsonObject schema)
    {
        if (schema.Count == 0)
            return schema;
        if (schema["type"] is not { } type || schema.ContainsKey("enum"))
            return new JsonObject { ["oneOf"] = new JsonArray(schema, Typed("null")) };
        schema["type"] = new JsonArray([.. type is JsonArray all ? all.Select(t => t!.DeepClone()) : [type.DeepClone()], "null"]);
        return schema;
    }

    /// <summary>Filled in behind its own back, as a type may lead to itself.</summary>
    private JsonObject Reference(Use use, Action<JsonObject> fill)
    {
        if (!_components.ContainsKey(use))
            fill(_components[use] = []);
        var reference = new JsonObject { ["$ref"] = "" };
        _references.Add((reference, use));
        return reference;
    }

    private void FillObject(JsonObject schema, JsonTypeInfo info, bool isRequest)
    {
        schema["type"] = "object";
        if (info.Type.GetCustomAttribute<DescriptionAttribute>() is { } about)
            schema["description"] = about.Description;
        var (required, members) = (new JsonArray(), new JsonObject());
        var parameters = info.Type.GetConstructors().MaxBy(c => c.GetParameters().Length)?.GetParameters() ?? [];
        foreach (var property in info.Properties)
        {
            if (isRequest ? property.Set is null && property.AssociatedParameter is null : property.Get is null)
                continue;
            var member = (PropertyInfo)property.AttributeProvider!;
            var parameter = Array.Find(parameters, p => p.Name!.Equals(member.Name, StringComparison.OrdinalIgnoreCase));
            members[property.Name] = OfMember(property.PropertyType, member, parameter, isRequest);
            if (isRequest ? IsRequired(property, parameter) : !member.IsDefined(typeof(JsonIgnoreAttribute)))
                required.Add(property.Name);
        }
        if (required.Count > 0)
            schema["required"] = required;
        schema["properties"] = members;
        if (isRequest)
            schema["additionalProperties"] = false;
    }

    private JsonObject OfMember(Type type, PropertyInfo property, ParameterInfo? parameter, bool isRequest)
    {
        var nullability = isRequest && parameter is not null ? _nullability.Create(parameter) : _nullability.Create(property);
        // Left out of an answer rather than null.
        var schema =
            !isRequest && property.IsDefined(typeof(JsonIgnoreAttribute))
                ? OfNotNull(Nullable.GetUnderlyingType(type) ?? type, nullability, isRequest)
                : Of(type, nullability, isRequest);
        var rules = property.GetCustomAttributes().Concat(parameter?.GetCustomAttributes() ?? []).ToList();
        foreach (var rule in rules)
            Constrain(schema, rule);
        var description = rules.OfType<DescriptionAttribute>().FirstOrDefault()?.Description;
        if (isRequest && parameter is { HasDefaultValue: true } && DefaultText(parameter, type) is { } standard)
            // In words: generators of clients take a member with the keyword for one that is always there.
            description = description is null ? $"Default: {standard}." : $"{description} Default: {standard}.";
        if (description is not null)
            schema["description"] = description;
        return schema;
    }

    /// <summary>Whether a constructor's parameter is neither nullable nor defaulted.</summary>
    private bool IsRequired(JsonPropertyInfo property, ParameterInfo? parameter) =>
        property.IsRequired
        || (
            property.AssociatedParameter is not null
            && parameter is { HasDefaultValue: false }
            && Nullable.GetUnderlyingType(parameter.ParameterType) is null
            && _nullability.Create(parameter).WriteState != NullabilityState.Nullable
        );

    private static string? DefaultText(ParameterInfo parameter, Type type) =>
        parameter.DefaultValue is not { } value ? null
        : JsonSerializer.Serialize(type.IsEnum ? Enum.ToObject(type, value) : value, Json.Options) is var text && text is "\"\"" ? null
        : text;

    private static void Constrain(JsonObject schema, Attribute rule)
    {
        var isList = schema["type"] is JsonValue type && type.GetValue<string>() == "array";
        switch (rule)
        {
            case RangeAttribute range:
                schema["minimum"] = Convert.ToDecimal(range.Minimum, CultureInfo.InvariantCulture);
                schema["maximum"] = Convert.ToDecimal(range.Maximum, CultureInfo.InvariantCulture);
                break;
            case LengthAttribute length:
                schema[isList ? "minItems" : "minLength"] = length.MinimumLength;
                schema[isList ? "maxItems" : "maxLength"] = length.MaximumLength;
                break;
            case MaxLengthAttribute longest:
                schema[isList ? "maxItems" : "maxLength"] = longest.Length;
                break;
            case MinLengthAttribute shortest:
                schema[isList ? "minItems" : "minLength"] = shortest.Length;
                break;
            case AllowedValuesAttribute { Values: [var only] }:
                schema["const"] = JsonSerializer.SerializeToNode(only, Json.Options);
                break;
            case AllowedValuesAttribute several:
                schema["enum"] = new JsonArray([.. several.Values.Select(v => JsonSerializer.SerializeToNode(v, Json.Options))]);
                break;
        }
    }
}
