namespace AgentInvest.Finance.Indicators;

/// <summary>What the values of an output are. Within kernels all are double: a flag is 0 or 1, a word its place in a list.</summary>
public enum OutputKind { Number, Flag, Word }

/// <param name="Name">The result property of Stock.Indicators, in camelCase.</param>
public sealed record Output(string Name, OutputKind Kind = OutputKind.Number)
{
    /// <summary>How many bars later the value of a bar is known; 0 for at once.</summary>
    public Func<Arguments, int> Lag { get; init; } = _ => 0;

    /// <summary>Of a <see cref="OutputKind.Word"/>.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>Drawn in the units of the price, over the candles; others in a pane of their own.</summary>
    public bool OnPrice { get; init; }

    public static implicit operator Output(string name) => new(name);
}

/// <summary>One parameter with its default and range, both ends included.</summary>
public sealed record Parameter(string Name, double Default, double Min, double Max, bool IsWhole)
{
    /// <summary>Words that stand for 0, 1, 2…, where the parameter is a choice.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>A date; its value is in days since 0001-01-01, 0 for "from the first bar".</summary>
    public bool IsDate { get; init; }
}

/// <summary>Values of the parameters, by place.</summary>
public readonly record struct Arguments(double[] Values)
{
    public double this[int place] => Values[place];
    public int Whole(int place) => (int)Values[place];
}

/// <summary>An indicator being fed bar by bar.</summary>
public abstract class IndicatorFeed
{
    public static IndicatorFeed Of<T>(T kernel) where T : struct, IKernel => new IndicatorFeed<T>(kernel);

    /// <summary>
    /// Takes the next bar and writes the outputs, NaN for none. A bar that lacks a number is left out: its row is all NaN, the answer
    /// false, and what follows is as if it had not been.
    /// </summary>
    public abstract bool Next(in Ohlcv bar, Span<double> row);

    /// <summary>Feeds whole bars, a row of outputs each.</summary>
    public abstract void Run(ReadOnlySpan<Ohlcv> bars, Span<double> rows);
}

/// <inheritdoc/>
public sealed class IndicatorFeed<T>(T kernel) : IndicatorFeed where T : struct, IKernel
{
    private T _kernel = kernel;

    public override bool Next(in Ohlcv bar, Span<double> row)
    {
        if (bar.IsWhole)
        {
            _kernel.Next(bar, row);
            return true;
        }
        row.Fill(double.NaN);
        return false;
    }

    public override void Run(ReadOnlySpan<Ohlcv> bars, Span<double> rows)
    {
        if (bars.IsEmpty) return;
        var width = rows.Length / bars.Length;
        // On the stack the state of small kernels stays in registers.
        var kernel = _kernel;
        for (var i = 0; i < bars.Length; i++) kernel.Next(bars[i], rows.Slice(i * width, width));
        _kernel = kernel;
    }
}

/// <summary>Outputs of an indicator over some bars: a row per bar, or per brick.</summary>
public sealed class IndicatorSeries(int count, int width, double[] rows, int[] lags)
{
    public int Count => count;

    /// <summary>Which bar each row belongs to; null when row i is bar i.</summary>
    public int[]? Bars { get; init; }

    /// <summary>NaN where there is no value, or none yet.</summary>
    public double this[int row, int output]
    {
        get => row + Lag(output) < count ? rows[(row + Lag(output)) * width + output] : double.NaN;
        set => rows[(row + Lag(output)) * width + output] = value;
    }

    private int Lag(int output) => output < lags.Length ? lags[output] : 0;
}

/// <summary>One entry of the catalogue: what drives the API, its documentation and the tests.</summary>
/// <param name="Name">Short, lower case: <c>sma</c>, <c>stoch-rsi</c>.</param>
/// <param name="Source">Where the formula is from.</param>
public sealed record Indicator(
    string Name,
    string Title,
    string Source,
    Parameter[] Parameters,
    Output[] Outputs,
    Func<Arguments, IndicatorFeed>? Create
)
{
    public string[] Aliases { get; init; } = [];

    /// <summary>How many columns follow the outputs and hold the kernel's own state for <see cref="Redraw"/>.</summary>
    public int StateColumns { get; init; }

    /// <summary>Rewrites earlier rows that later bars have changed; null where rows are final.</summary>
    public Action<IndicatorSeries, Arguments>? Redraw { get; init; }

    /// <summary>Needs the close of a second series, <see cref="Ohlcv.Other"/>.</summary>
    public bool NeedsOther { get; init; }

    /// <summary>What is wrong with arguments that are each within their range; null for nothing.</summary>
    public Func<Arguments, string?> Fault { get; init; } = _ => null;

    /// <summary>Computes rows of its own, not one per bar (Renko); null for all others.</summary>
    public Func<Arguments, Ohlcv[], IndicatorSeries>? ComputeBricks { get; init; }

    public int Width => Outputs.Length + StateColumns;
    public Arguments Defaults => new(Parameters.Select(p => p.Default).ToArray());

    /// <summary>Computes over <paramref name="bars"/>, ascending in time. Bars that lack a number have rows without values.</summary>
    public IndicatorSeries Compute(Arguments arguments, Ohlcv[] bars)
    {
        var whole = Array.TrueForAll(bars, b => b.IsWhole) ? bars : Array.FindAll(bars, b => b.IsWhole);
        var series = ComputeBricks is { } compute ? compute(arguments, whole) : Feed(arguments, whole);
        return whole.Length == bars.Length ? series : Spread(series, bars);
    }

    private IndicatorSeries Feed(Arguments arguments, Ohlcv[] bars)
    {
        var rows = new double[bars.Length * Width];
        Create!(arguments).Run(bars, rows);
        var series = new IndicatorSeries(bars.Length, Width, rows, Array.ConvertAll(Outputs, o => o.Lag(arguments)));
        Redraw?.Invoke(series, arguments);
        return series;
    }

    /// <summary>Puts rows of whole bars to the places of theirs among all bars.</summary>
    private IndicatorSeries Spread(IndicatorSeries series, Ohlcv[] bars)
    {
        var places = Enumerable.Range(0, bars.Length).Where(i => bars[i].IsWhole).ToArray();
        var count = series.Bars is null ? bars.Length : series.Count;
        var rows = new double[count * Outputs.Length];
        rows.AsSpan().Fill(double.NaN);
        for (var row = 0; row < series.Count; row++)
            for (var output = 0; output < Outputs.Length; output++)
                rows[(series.Bars is null ? places[row] : row) * Outputs.Length + output] = series[row, output];
        return new IndicatorSeries(count, Outputs.Length, rows, []) { Bars = series.Bars?.Select(b => places[b]).ToArray() };
    }
}
