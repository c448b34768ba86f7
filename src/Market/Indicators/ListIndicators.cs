using System.Text.Json.Serialization;
using AgentInvest.Core;
using AgentInvest.Finance.Indicators;

namespace AgentInvest.Market.Indicators;

/// <summary>GET /market/indicators: the catalogue of all indicators.</summary>
[Singleton]
public sealed class ListIndicators
{
    public enum ParameterType
    {
        [JsonStringEnumMemberName("integer")] WholeNumber,
        Number,
        Choice,
        Date,
    }

    public enum OutputType
    {
        Number,
        [JsonStringEnumMemberName("boolean")] Flag,
        [JsonStringEnumMemberName("string")] Word,
    }

    /// <param name="Default">Null for a date: the first bar.</param>
    public sealed record IndicatorParameter(
        string Name,
        ParameterType Type,
        object? Default,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Minimum,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Maximum,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Choices
    );

    /// <param name="Lag">With default parameters, how many bars later a value is known; it never changes then.</param>
    public sealed record IndicatorOutput(string Name, OutputType Type, int Lag);

    /// <param name="NeedsBenchmark">Compares with a second series.</param>
    /// <param name="Redrawn">Later bars may change earlier values.</param>
    public sealed record ListedIndicator(
        string Name,
        IReadOnlyList<string> Aliases,
        string Title,
        string Source,
        IReadOnlyList<IndicatorParameter> Parameters,
        IReadOnlyList<IndicatorOutput> Outputs,
        bool NeedsBenchmark,
        bool Redrawn
    );

    public sealed record Response(IReadOnlyList<ListedIndicator> Items);

    private static readonly Response All = new(
        Catalogue
            .All.Select(i => new ListedIndicator(
                i.Name,
                i.Aliases,
                i.Title,
                i.Source,
                Array.ConvertAll(i.Parameters, Shown),
                Array.ConvertAll(
                    i.Outputs,
                    o => new IndicatorOutput(
                        o.Name,
                        o.Kind switch
                        {
                            OutputKind.Flag => OutputType.Flag,
                            OutputKind.Word => OutputType.Word,
                            _ => OutputType.Number,
                        },
                        o.Lag(i.Defaults)
                    )
                ),
                i.NeedsOther,
                i.Redraw is not null || i.ComputeBricks is not null
            ))
            .ToList()
    );

    public Response Handle() => All;

    private static IndicatorParameter Shown(Parameter p) =>
        p.IsDate ? new(p.Name, ParameterType.Date, null, null, null, null)
        : p.Choices.Count > 0 ? new(p.Name, ParameterType.Choice, p.Choices[(int)p.Default], null, null, p.Choices)
        : new(p.Name, p.IsWhole ? ParameterType.WholeNumber : ParameterType.Number, p.Default, p.Min, p.Max, null);
}
