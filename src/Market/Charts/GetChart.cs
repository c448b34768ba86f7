using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text;
using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Finance.Indicators;
using AgentInvest.Market.History;
using AgentInvest.Market.Indicators;

namespace AgentInvest.Market.Charts;

/// <summary>
/// GET /market/stocks/{symbol}/chart.svg: candles, volume and indicators of the bars that /history answers for the same query.
/// </summary>
[Singleton]
public sealed class GetChart(GetHistory getHistory)
{
    private const int MaxIndicators = 8;

    public sealed record Query(
        GetHistory.Query Bars,
        [Description("At most 8. " + GetIndicators.NamesDescription), Example("sma:20,rsi:14")] string[]? Names = null,
        ChartTheme Theme = ChartTheme.Light,
        [Range(320, 1600), Description("In pixels; the height follows from what is drawn.")] int Width = 800
    );

    /// <returns>An SVG document in UTF-8.</returns>
    public async Task<byte[]> HandleAsync(string symbol, Query query, CancellationToken ct)
    {
        var names = query.Names ?? [];
        if (names.Length > MaxIndicators) throw Problems.Validation("names", $"must name at most {MaxIndicators} indicators in a chart");
        var requested = names.Length == 0 ? [] : IndicatorNames.Parse(names);
        for (var i = 0; i < requested.Count; i++)
            if (requested[i].Indicator.NeedsOther || requested[i].Indicator.ComputeBricks is not null)
                throw Problems.Validation($"names[{i}]", "is not drawn in charts");
        var history = await getHistory.HandleAsync(symbol, query.Bars, ct);
        var bars = history.Bars.Select(GetIndicators.ToOhlcv).ToArray();
        var (overlays, panes) = (new List<ChartLine>(), new List<ChartPane>());
        foreach (var indicator in requested) Place(indicator, bars, overlays, panes);
        var title =
            bars.Length == 0
                ? history.Symbol
                : string.Create(CultureInfo.InvariantCulture, $"{history.Symbol}  {history.Bars[^1].C:0.00##} {history.Currency}");
        var note =
            bars.Length == 0
                ? history.Source
                : $"{history.Bars[0].T[..10]} – {history.Bars[^1].T[..10]} · {EnumNames.Of(history.Interval)} · {history.Source}";
        return Encoding.UTF8.GetBytes(
            new ChartSvg(bars, history.Bars.Select(b => b.T).ToArray(), query.Width, ChartColors.Of(query.Theme)).Draw(
                title,
                note,
                overlays,
                panes
            )
        );
    }

    /// <summary>Lines in units of the price go over the candles, all else gets a pane.</summary>
    private static void Place(RequestedIndicator requested, Ohlcv[] bars, List<ChartLine> overlays, List<ChartPane> panes)
    {
        var (indicator, outputs) = (requested.Indicator, requested.Indicator.Outputs);
        var series = indicator.Compute(requested.Arguments, bars);
        var label = requested.Arguments.Values.Length is 0 or > 3
            ? indicator.Name
            : $"{indicator.Name} {string.Join(' ', indicator.Parameters.Select((p, i) => Shown(p, requested.Arguments[i])))}".Trim();
        var main = Array.FindIndex(
            outputs,
            o =>
                o.Name == "oscillator"
                || indicator
                    .Aliases.Append(indicator.Name)
                    .Any(n => string.Equals(n.Replace("-", "", StringComparison.Ordinal), o.Name, StringComparison.OrdinalIgnoreCase))
        );
        ChartLine Line(int output, string name) =>
            new(name, Enumerable.Range(0, bars.Length).Select(i => series[i, output]).ToArray(), outputs[output].Name == "histogram");
        var numbers = Enumerable.Range(0, outputs.Length).Where(i => outputs[i].Kind == OutputKind.Number).ToArray();
        if (main >= 0 ? outputs[main].OnPrice : 2 * numbers.Count(i => outputs[i].OnPrice) >= numbers.Length)
        {
            var lines = numbers
                .Where(i => outputs[i].OnPrice && (main < 0 || i == main || indicator.Name is not ("atr-stop" or "supertrend")))
                .ToArray();
            overlays.AddRange(
                lines.Select(
                    (output, i) =>
                        Line(
                            output,
                            lines.Length == 1 ? label
                                : i == 0 ? $"{label}: {outputs[output].Name}"
                                : outputs[output].Name
                        )
                )
            );
            return;
        }
        var shown =
            main < 0
                ? numbers.Where(i => !outputs[i].OnPrice).Take(2)
                : numbers.Where(i => i == main || outputs[i].Name is "signal" or "histogram" or "pdi" or "mdi");
        panes.Add(new ChartPane(label, shown.Select(i => Line(i, outputs[i].Name)).ToList()));
    }

    private static string Shown(Parameter parameter, double value) =>
        parameter.IsDate ? value == 0 ? "" : DateOnly.FromDayNumber((int)value).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
        : parameter.Choices.Count > 0 ? parameter.Choices[(int)value] : value.ToString("R", CultureInfo.InvariantCulture);
}
