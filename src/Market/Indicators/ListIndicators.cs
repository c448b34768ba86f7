using System.Text.Json.Serialization;
using AgentInvest.Finance.Indicators;

namespace AgentInvest.Market.Indicators;

/// <summary>GET /market/indicators: the catalogue.</summary>
public sealed class ListIndicators
{
    /// <param name="Type"><c>integer</c>, <c>number</c>, <c>choice</c> or <c>date</c>.</param>
    /// <param name="Default">Null for a date: the first bar.</param>
    public sealed record ParameterItem(
        string Name,
        string Type,
        object? Default,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Minimum,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Maximum,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Choices
    );

    /// <param name="Type"><c>number</c>, <c>boolean</c> or <c>string</c>.</param>
    /// <param name="Lag">With default parameters, how many bars later a value is known; it never changes then.</param>
    public sealed record OutputItem(string Name, string Type, int Lag);

    /// <param name="NeedsBenchmark">Compares with a second series.</param>
    /// <param name="Redrawn">Later bars may change earlier values.</param>
    public sealed record Item(
        string Name,
        IReadOnlyList<string> Aliases,
        string Title,
        string Source,
        IReadOnlyList<ParameterItem> Parameters,
        IReadOnlyList<OutputItem> Outputs,
        bool NeedsBenchmark,
        bool Redrawn
    );

    public sealed record Response(IReadOnlyList<Item> Items);

    private static readonly Response All = new(
        Catalogue
            .All.Select(i => new Item(
                i.Name,
                i.Aliases,
                i.Title,
                i.Source,
                Array.ConvertAll(i.Parameters, Shown),
                Array.ConvertAll(
                    i.Outputs,
                    o => new OutputItem(
                        o.Name,
                        o.Kind switch
                        {
                            OutputKind.Flag => "boolean",
                            OutputKind.Word => "string",
                            _ => "number",
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

    private static ParameterItem Shown(Parameter p) =>
        p.IsDate ? new(p.Name, "date", null, null, null, null)
        : p.Choices.Count > 0 ? new(p.Name, "choice", p.Choices[(int)p.Default], null, null, p.Choices)
        : new(p.Name, p.IsWhole ? "integer" : "number", p.Default, p.Min, p.Max, null);
}
