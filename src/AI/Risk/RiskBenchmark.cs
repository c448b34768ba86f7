using System.Text.Json;
using System.Text.Json.Serialization;
using AgentInvest.Core.Http;

namespace AgentInvest.AI.Risk;

/// <summary>What is compared with: a symbol, or returns as many as those measured.</summary>
[JsonConverter(typeof(Converter))]
[WrittenAs("""{ "oneOf": [{ "type": "string" }, { "type": "array", "items": { "type": "number" } }] }""")]
public sealed record RiskBenchmark(string? Symbol, IReadOnlyList<double>? Returns)
{
    private sealed class Converter : JsonConverter<RiskBenchmark>
    {
        private const string Fault = "must be a symbol or a list of returns";

        public override RiskBenchmark Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.String) return new RiskBenchmark(reader.GetString(), null);
            if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException(Fault);
            var returns = new List<double>();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                returns.Add(reader.TokenType == JsonTokenType.Number ? reader.GetDouble() : throw new JsonException(Fault));
            return new RiskBenchmark(null, returns);
        }

        public override void Write(Utf8JsonWriter writer, RiskBenchmark value, JsonSerializerOptions options) =>
            throw new NotSupportedException();
    }
}
