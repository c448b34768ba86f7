using System.Text.Json;
using System.Text.Json.Serialization;
using AgentInvest.Core.Http;

namespace AgentInvest.AI.Optimization;

/// <summary>
/// The returns that Black-Litterman starts from: those that make the market's portfolio optimal (default with market values), equal ones
/// (default without), or given ones.
/// </summary>
[JsonConverter(typeof(Converter))]
[WrittenAs(
    """
    { "oneOf": [{ "type": "string", "enum": ["market", "equal"] }, { "type": "object", "additionalProperties": { "type": "number" } }] }
    """
)]
public sealed record PriorReturns
{
    /// <summary>By symbol; null for a word.</summary>
    public IReadOnlyDictionary<string, double>? Given { get; private init; }

    public bool IsMarket { get; private init; }

    private sealed class Converter : JsonConverter<PriorReturns>
    {
        private const string Fault = "must be market, equal or returns by symbol";

        public override PriorReturns Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.String && reader.GetString() is "market" or "equal")
                return new PriorReturns { IsMarket = reader.ValueTextEquals("market") };
            if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException(Fault);
            var returns = new Dictionary<string, double>(StringComparer.Ordinal);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var symbol = reader.GetString()!;
                if (!reader.Read() || reader.TokenType != JsonTokenType.Number) throw new JsonException(Fault);
                returns[symbol] = reader.GetDouble();
            }
            return new PriorReturns { Given = returns };
        }

        public override void Write(Utf8JsonWriter writer, PriorReturns value, JsonSerializerOptions options) =>
            throw new NotSupportedException();
    }
}
