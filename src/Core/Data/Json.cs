using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace AgentInvest.Core.Data;

/// <summary>The JSON of the API: camelCase, UTC instants with Z, decimals without trailing zeros, enums as camelCase words.</summary>
public static class Json
{
    /// <summary>For answers and stored payloads.</summary>
    public static JsonSerializerOptions Options { get; } = Create(strict: false);

    /// <summary>
    /// For bodies of requests: unknown and duplicate members are refused, and so is the absence of a member whose constructor parameter is
    /// neither nullable nor has a default; numbers may be strings.
    /// </summary>
    public static JsonSerializerOptions Strict { get; } = Create(strict: true);

    private static JsonSerializerOptions Create(bool strict)
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            PropertyNameCaseInsensitive = false,
            MaxDepth = 32,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        if (strict)
        {
            options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            options.AllowDuplicateProperties = false;
            options.RespectNullableAnnotations = true;
            options.RespectRequiredConstructorParameters = false;
            options.TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { RequireMembers } };
        }
        options.Converters.Add(new DecimalConverter());
        options.Converters.Add(new InstantConverter());
        options.Converters.Add(new EnumConverters());
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    private static void RequireMembers(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
            if (
                property.AssociatedParameter is { HasDefaultValue: false, IsNullable: false } parameter
                && Nullable.GetUnderlyingType(parameter.ParameterType) is null
            )
                property.IsRequired = true;
    }

    /// <summary>Enums as the words of <see cref="EnumNames"/>.</summary>
    private sealed class EnumConverters : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) => typeToConvert.IsEnum;

        public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(typeof(EnumConverter<>).MakeGenericType(typeToConvert))!;
    }

    private sealed class EnumConverter<T> : JsonConverter<T>
        where T : struct, Enum
    {
        private static readonly string Fault = $"must be one of {string.Join(", ", EnumNames.All(typeof(T)))}";

        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String ? Parse(reader.GetString()!) : throw new JsonException(Fault);

        public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Parse(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WriteStringValue(EnumNames.Of(value));

        public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WritePropertyName(EnumNames.Of(value));

        private static T Parse(string name) => EnumNames.TryParse<T>(name, out var value) ? value : throw new JsonException(Fault);
    }

    /// <summary>Money without loss: reads a number or a decimal string, writes without trailing zeros.</summary>
    private sealed class DecimalConverter : JsonConverter<decimal>
    {
        public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var text = reader.TokenType switch
            {
                JsonTokenType.Number => System.Text.Encoding.UTF8.GetString(
                    reader.HasValueSequence ? System.Buffers.BuffersExtensions.ToArray(reader.ValueSequence) : reader.ValueSpan
                ),
                JsonTokenType.String => reader.GetString()!,
                _ => throw new JsonException("must be a number"),
            };
            return Money.TryParse(text, out var value, out var fault) ? value : throw new JsonException(fault);
        }

        public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options)
        {
            Span<byte> text = stackalloc byte[Money.LongestText];
            if (Money.TryWrite(value, text, out var length)) writer.WriteRawValue(text[..length], skipInputValidation: true);
            else writer.WriteNumberValue(Money.Trim(value));
        }
    }

    private sealed class InstantConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && Instants.TryParse(reader.GetString()!, out var value)
                ? value : throw new JsonException("must be an RFC 3339 instant such as 2026-01-31T15:00:00Z");

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
        {
            Span<byte> text = stackalloc byte[Instants.LongestText];
            writer.WriteStringValue(text[..Instants.Write(value, text)]);
        }
    }
}
