using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using AgentInvest.Core.Http;
using AgentInvest.Finance.Indicators;

namespace AgentInvest.Market.Indicators;

/// <param name="Symbol">Absent for the caller's own bars.</param>
public sealed record IndicatorAnswer(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Symbol,
    IReadOnlyList<IndicatorAnswer.ComputedIndicator> Series
)
{
    /// <param name="Name">As it was asked for, without parameters.</param>
    /// <param name="Params">By name: a number, a word or a date.</param>
    /// <param name="Outputs">By output: <c>[{t, value}]</c>, a row per bar (per brick for Renko), value null while there is none.</param>
    public sealed record ComputedIndicator(
        string Name,
        IReadOnlyDictionary<string, object?> Params,
        IReadOnlyDictionary<string, IndicatorValues> Outputs
    );

    /// <summary>
    /// Computes what was asked for.
    /// </summary>
    /// <param name="paired">The same bars with the other series, for indicators that compare.</param>
    /// <param name="times">The time of each bar as the caller wrote it.</param>
    /// <exception cref="ProblemException">400 naming <c>names[i]</c>.</exception>
    internal static IndicatorAnswer Of(
        string? symbol,
        IReadOnlyList<RequestedIndicator> requested,
        Ohlcv[] bars,
        Ohlcv[]? paired,
        string[] times
    ) =>
        new(
            symbol,
            requested
                .Select(
                    (r, i) =>
                    {
                        var series = Compute(r, i, r.Indicator.NeedsOther ? paired! : bars);
                        return new ComputedIndicator(
                            r.Name,
                            r.Indicator.Parameters.Select((p, place) => (p.Name, Value: Shown(p, r.Arguments[place])))
                                .ToDictionary(p => p.Name, p => p.Value),
                            r.Indicator.Outputs.Select((o, place) => (o.Name, Values: new IndicatorValues(series, o, place, times)))
                                .ToDictionary(o => o.Name, o => o.Values)
                        );
                    }
                )
                .ToList()
        );

    internal static IndicatorSeries Compute(RequestedIndicator requested, int place, Ohlcv[] bars)
    {
        try
        {
            return requested.Indicator.Compute(requested.Arguments, bars);
        }
        catch (TooManyBricksException e)
        {
            throw Problems.Validation($"names[{place}]", e.Message);
        }
    }

    private static object? Shown(Parameter parameter, double value) =>
        parameter.IsDate ? value == 0 ? null : DateOnly.FromDayNumber((int)value).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
        : parameter.Choices.Count > 0 ? parameter.Choices[(int)value] : value;
}

/// <summary>One output over all rows, written straight from the columns: there may be hundreds of thousands.</summary>
[JsonConverter(typeof(Converter))]
[WrittenAs(
    """
    {
      "type": "array",
      "items": {
        "type": "object",
        "properties": { "t": { "type": "string" }, "value": { "type": ["number", "boolean", "string", "null"] } },
        "required": ["t", "value"]
      }
    }
    """
)]
public sealed class IndicatorValues
{
    private readonly IndicatorSeries _series;
    private readonly Output _output;
    private readonly int _place;
    private readonly string[] _times;

    internal IndicatorValues(IndicatorSeries series, Output output, int place, string[] times) =>
        (_series, _output, _place, _times) = (series, output, place, times);

    private void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        for (var row = 0; row < _series.Count; row++)
        {
            writer.WriteStartObject();
            writer.WriteString("t", _times[_series.Bars?[row] ?? row]);
            var value = _series[row, _place];
            if (!double.IsFinite(value)) writer.WriteNull("value");
            else if (_output.Kind == OutputKind.Flag) writer.WriteBoolean("value", value != 0);
            else if (_output.Kind == OutputKind.Word) writer.WriteString("value", _output.Words[(int)value]);
            else writer.WriteNumber("value", value);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private sealed class Converter : JsonConverter<IndicatorValues>
    {
        public override IndicatorValues Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, IndicatorValues value, JsonSerializerOptions options) => value.Write(writer);
    }
}
