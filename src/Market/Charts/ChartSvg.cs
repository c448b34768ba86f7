using System.Globalization;
using System.Security;
using System.Text;
using AgentInvest.Finance.Indicators;

namespace AgentInvest.Market.Charts;

public enum ChartTheme { Light, Dark }

/// <summary>
/// Colours of a chart; the pairs on their background have a contrast of 4.5 : 1 where they carry text, 3 : 1 elsewhere (WCAG AA).
/// </summary>
internal sealed record ChartColors(string Paper, string Grid, string Text, string Muted, string Rise, string Fall, string[] Lines)
{
    public static readonly ChartColors Light = new(
        "#ffffff",
        "#e5e7eb",
        "#111827",
        "#4b5563",
        "#15803d",
        "#b91c1c",
        ["#1d4ed8", "#c2410c", "#7e22ce", "#0f766e", "#be185d", "#854d0e"]
    );
    public static readonly ChartColors Dark = new(
        "#111827",
        "#2b3648",
        "#f3f4f6",
        "#9ca3af",
        "#4ade80",
        "#f87171",
        ["#60a5fa", "#fb923c", "#c084fc", "#2dd4bf", "#f472b6", "#facc15"]
    );

    public static ChartColors Of(ChartTheme theme) => theme == ChartTheme.Dark ? Dark : Light;
}

/// <summary>One line or row of columns: a value per bar, NaN for none.</summary>
internal sealed record ChartLine(string Label, double[] Values, bool AsColumns = false);

/// <summary>What is drawn below the candles in a pane of its own.</summary>
internal sealed record ChartPane(string Title, List<ChartLine> Lines);

/// <summary>
/// Candles, volume and panes as a picture, with attributes only: it needs no style sheet, font or script, and looks the same everywhere.
/// </summary>
internal sealed class ChartSvg(Ohlcv[] bars, string[] times, int width, ChartColors colors)
{
    private const int Left = 8, Axis = 62, Header = 44, Gap = 10, MinCandleWidth = 4;
    private readonly StringBuilder _svg = new();
    private readonly int _plot = width - Left - Axis;
    private int _y = Header;

    /// <summary>More than one where a candle of each bar would be too narrow to be seen.</summary>
    private int BarsPerCandle => Math.Max(1, (int)Math.Ceiling(bars.Length * (double)MinCandleWidth / _plot));

    private int Candles => (bars.Length + BarsPerCandle - 1) / BarsPerCandle;

    public string Draw(string title, string note, List<ChartLine> overlays, List<ChartPane> panes)
    {
        var (prices, volumes, each) = (Math.Clamp(width * 2 / 5, 200, 440), Math.Clamp(width / 12, 48, 84), Math.Clamp(width / 9, 72, 120));
        var height = Header + prices + Gap + volumes + panes.Count * (each + Gap) + 30;
        _svg.Append(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" "
                + $"viewBox=\"0 0 {width} {height}\" role=\"img\" font-size=\"11\" "
                + $"font-family=\"system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif\">"
        );
        _svg.Append(
            CultureInfo.InvariantCulture,
            $"<title>{Escape(title)}</title><rect width=\"{width}\" height=\"{height}\" fill=\"{colors.Paper}\"/>"
        );
        Text(Left, 18, title, colors.Text, "start", 14, bold: true);
        Text(Left, 34, note, colors.Muted);
        if (BarsPerCandle > 1) Text(width - 11, 18, $"{BarsPerCandle} bars a candle", colors.Muted, "end");
        if (bars.Length == 0)
        {
            Text(width / 2d, Header + prices / 2d, "No bars in this range", colors.Muted, "middle", 13);
            return _svg.Append("</svg>").ToString();
        }
        var bottom = height - 30;
        Dates(bottom);
        DrawPrices(prices, overlays);
        DrawVolume(volumes);
        foreach (var pane in panes) DrawPane(each, pane);
        return _svg.Append("</svg>").ToString();
    }

    private void DrawPrices(int height, List<ChartLine> overlays)
    {
        var groups = Enumerable.Range(0, Candles).Select(Candle).ToArray();
        var values = overlays.SelectMany(l => l.Values.Where(double.IsFinite)).ToArray();
        // Lines far off the candles may leave the picture; the candles may not.
        var (low, high) = (groups.Min(g => g.Low), groups.Max(g => g.High));
        var reach = high - low;
        if (values.Length > 0)
            (low, high) = (
                Math.Min(low, Math.Max(values.Min(), low - reach / 2)),
                Math.Max(high, Math.Min(values.Max(), high + reach / 2))
            );
        var scale = Scale(height, low, high);
        var body = Math.Max(1, (double)_plot / Candles * 0.7);
        for (var i = 0; i < groups.Length; i++)
        {
            var (bar, x) = (groups[i], X(i));
            var colour = bar.Close >= bar.Open ? colors.Rise : colors.Fall;
            var (top, bottom) = (scale(Math.Max(bar.Open, bar.Close)), scale(Math.Min(bar.Open, bar.Close)));
            _svg.Append(
                CultureInfo.InvariantCulture,
                $"<path d=\"M{x:0.#} {scale(bar.High):0.#}V{scale(bar.Low):0.#}\" stroke=\"{colour}\"/>"
                    + $"<rect x=\"{x - body / 2:0.#}\" y=\"{top:0.#}\" width=\"{body:0.#}\" "
                    + $"height=\"{Math.Max(1, bottom - top):0.#}\" fill=\"{colour}\"/>"
            );
        }
        Lines(overlays, scale, height, 0);
        _y += height + Gap;
    }

    private void DrawVolume(int height)
    {
        var groups = Enumerable.Range(0, Candles).Select(Candle).ToArray();
        var scale = Scale(height, 0, Math.Max(groups.Max(g => g.Volume), 1), ticks: 2);
        var body = Math.Max(1, (double)_plot / Candles * 0.7);
        for (var i = 0; i < groups.Length; i++)
            _svg.Append(
                CultureInfo.InvariantCulture,
                $"<rect x=\"{X(i) - body / 2:0.#}\" y=\"{scale(groups[i].Volume):0.#}\" width=\"{body:0.#}\" "
                    + $"height=\"{_y + height - scale(groups[i].Volume):0.#}\" "
                    + $"fill=\"{(groups[i].Close >= groups[i].Open ? colors.Rise : colors.Fall)}\" fill-opacity=\"0.55\"/>"
            );
        Caption([("Volume", colors.Muted)]);
        _y += height + Gap;
    }

    private void DrawPane(int height, ChartPane pane)
    {
        var values = pane.Lines.SelectMany(l => l.Values.Where(double.IsFinite)).ToArray();
        if (values.Length == 0) values = [0, 1];
        var (low, high) = (values.Min(), values.Max());
        if (pane.Lines.Any(l => l.AsColumns)) (low, high) = (Math.Min(low, 0), Math.Max(high, 0));
        var scale = Scale(height, low, high, ticks: 3);
        foreach (var line in pane.Lines.Where(l => l.AsColumns))
            for (var i = 0; i < Candles; i++)
                if (Sample(line, i) is var v && double.IsFinite(v))
                    _svg.Append(
                        CultureInfo.InvariantCulture,
                        $"<path d=\"M{X(i):0.#} {scale(0):0.#}V{scale(v):0.#}\" "
                            + $"stroke=\"{(v >= 0 ? colors.Rise : colors.Fall)}\" stroke-opacity=\"0.6\" "
                            + $"stroke-width=\"{Math.Max(1, (double)_plot / Candles * 0.6):0.#}\"/>"
                    );
        Lines(pane.Lines.Where(l => !l.AsColumns).ToList(), scale, height, 0, pane.Title);
        _y += height + Gap;
    }

    private void Lines(List<ChartLine> lines, Func<double, double> scale, int height, int first, string? title = null)
    {
        var captions = new List<(string, string)>();
        if (title is not null) captions.Add((title, colors.Text));
        var clip = $"p{_y}";
        _svg.Append(
            CultureInfo.InvariantCulture,
            $"<clipPath id=\"{clip}\"><rect x=\"{Left}\" y=\"{_y}\" width=\"{_plot}\" height=\"{height}\"/></clipPath>"
        );
        for (var i = 0; i < lines.Count; i++)
        {
            var colour = colors.Lines[(first + i) % colors.Lines.Length];
            captions.Add((lines[i].Label, colour));
            var path = new StringBuilder();
            var pen = false;
            for (var c = 0; c < Candles; c++)
            {
                var v = Sample(lines[i], c);
                if (double.IsFinite(v)) path.Append(CultureInfo.InvariantCulture, $"{(pen ? 'L' : 'M')}{X(c):0.#} {scale(v):0.#}");
                pen = double.IsFinite(v);
            }
            _svg.Append(
                CultureInfo.InvariantCulture,
                $"<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\" "
                    + $"stroke-linejoin=\"round\" stroke-linecap=\"round\" clip-path=\"url(#{clip})\"/>"
            );
        }
        Caption(captions);
    }

    /// <summary>Names of what is drawn, in its colours, at the top of the pane; what does not fit is counted.</summary>
    private void Caption(List<(string Text, string Colour)> parts)
    {
        var x = Left + 4d;
        for (var i = 0; i < parts.Count; i++)
        {
            var room = parts[i].Text.Length * 6.4 + 10;
            if (x + room > Left + _plot && i > 0)
            {
                Text(x, _y + 12, $"+{parts.Count - i}", colors.Muted, halo: true);
                return;
            }
            Text(x, _y + 12, parts[i].Text, parts[i].Colour, halo: true);
            x += room;
        }
    }

    /// <summary>Draws the axis of a pane and answers where a value lies in it.</summary>
    private Func<double, double> Scale(int height, double low, double high, int ticks = 0)
    {
        var top = _y;
        if (!(high > low)) (low, high) = (low - Math.Max(Math.Abs(low) * 0.01, 0.5), high + Math.Max(Math.Abs(high) * 0.01, 0.5));
        // Room for the caption above the highest value.
        var (margin, room) = ((high - low) * 0.04, 16d / height * (high - low));
        (low, high) = (low == 0 ? 0 : low - margin, high + margin + room);
        double At(double value) => top + height * (high - value) / (high - low);
        var step = RoundUp((high - low) / (ticks > 0 ? ticks : Math.Max(2, height / 44)));
        _svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Left} {top + height}H{Left + _plot}\" stroke=\"{colors.Grid}\"/>");
        for (var tick = Math.Ceiling(low / step) * step; tick <= high; tick += step)
        {
            var y = At(tick);
            if (y < top + 8 || y > top + height - 3) continue;
            _svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Left} {y:0.#}H{Left + _plot}\" stroke=\"{colors.Grid}\"/>");
            Text(Left + _plot + 6, y + 4, Short(tick, step), colors.Muted);
        }
        return At;
    }

    private void Dates(int bottom)
    {
        var daily = times[0].Length == 10;
        var format =
            !daily ? "d MMM HH:mm"
            : bars[^1].T - bars[0].T > TimeSpan.FromDays(900) ? "yyyy"
            : bars[^1].T - bars[0].T > TimeSpan.FromDays(70) ? "MMM yy"
            : "d MMM";
        // The first candle of each day, month or year; of those every n-th, as there is room.
        var starts = Enumerable.Range(0, Candles).Where(i => i > 0 && Label(i) != Label(i - 1)).ToList();
        var room = format.Length * 6.5 + 24;
        var every = Math.Max(1, (int)Math.Ceiling(room * starts.Count / _plot));
        for (var n = 0; n < starts.Count; n += every)
        {
            var x = X(starts[n]);
            if (x < room / 2 || x + room / 2 > width) continue;
            _svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{x:0.#} {Header}V{bottom}\" stroke=\"{colors.Grid}\"/>");
            Text(x, bottom + 18, Label(starts[n]), colors.Muted, "middle");
        }
        string Label(int candle) => bars[candle * BarsPerCandle].T.ToString(format, CultureInfo.InvariantCulture);
    }

    private double X(int candle) => Left + (candle + 0.5) * _plot / Candles;

    private double Sample(ChartLine line, int candle) => line.Values[Math.Min((candle + 1) * BarsPerCandle, bars.Length) - 1];

    private Ohlcv Candle(int index)
    {
        var group = bars.AsSpan(index * BarsPerCandle, Math.Min(BarsPerCandle, bars.Length - index * BarsPerCandle));
        var joined = group[0];
        foreach (var bar in group[1..])
            joined = joined with
            {
                High = Math.Max(joined.High, bar.High),
                Low = Math.Min(joined.Low, bar.Low),
                Close = bar.Close,
                Volume = joined.Volume + bar.Volume,
            };
        return joined;
    }

    private void Text(
        double x,
        double y,
        string text,
        string colour,
        string anchor = "start",
        int size = 11,
        bool bold = false,
        bool halo = false
    ) =>
        _svg.Append(
            CultureInfo.InvariantCulture,
            $"<text x=\"{x:0.#}\" y=\"{y:0.#}\" fill=\"{colour}\" text-anchor=\"{anchor}\" font-size=\"{size}\""
                + $"{(bold ? " font-weight=\"600\"" : "")}"
                + $"{(halo ? $" paint-order=\"stroke\" stroke=\"{colors.Paper}\" stroke-width=\"3\"" : "")}>"
                + $"{Escape(text)}</text>"
        );

    private static string Escape(string text) => SecurityElement.Escape(text);

    /// <summary>1, 2 or 5 times a power of ten.</summary>
    private static double RoundUp(double step)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(step)));
        return power * (step / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
    }

    private static string Short(double value, double step)
    {
        var (scaled, unit) = Math.Max(Math.Abs(value), step) switch
        {
            >= 1e9 => (1e9, "B"),
            >= 1e6 => (1e6, "M"),
            >= 1e4 => (1e3, "k"),
            _ => (1d, ""),
        };
        var digits = Math.Clamp((int)Math.Ceiling(-Math.Log10(step / scaled) - 1e-9), 0, 8);
        // A tick at zero may come out as a rounding error.
        return (Math.Abs(value) < step / 1e6 ? 0 : value / scaled).ToString("F" + digits, CultureInfo.InvariantCulture) + unit;
    }
}
