namespace AgentInvest.Finance.Optimization;

/// <summary>Simple daily returns of several assets; each column begins with its listing, so that its first days may be missing.</summary>
public sealed class ReturnTable
{
    private readonly double[][] _columns;
    private readonly int[] _first;

    private ReturnTable(double[][] columns, int[] first, int days) => (_columns, _first, Days) = (columns, first, days);

    public int Days { get; }
    public int Count => _columns.Length;

    /// <summary>The row of the first return; <see cref="Days"/> where there is none.</summary>
    public int First(int asset) => _first[asset];

    public ReadOnlySpan<double> Of(int asset) => _columns[asset].AsSpan(_first[asset]);

    /// <summary>From the later of two listings on, both.</summary>
    public ReadOnlySpan<double> From(int asset, int row) => _columns[asset].AsSpan(row);

    public double At(int asset, int row) => _columns[asset][row];

    /// <param name="prices">By asset, then day; NaN before listing only.</param>
    public static ReturnTable Of(double[][] prices)
    {
        var days = prices[0].Length - 1;
        var first = prices.Select(p => Math.Min(days, Array.FindIndex(p, x => !double.IsNaN(x)) is var at && at < 0 ? days : at)).ToArray();
        return new ReturnTable(
            prices.Select(p => Enumerable.Range(0, days).Select(t => p[t + 1] / p[t] - 1).ToArray()).ToArray(),
            first,
            days
        );
    }

    /// <summary>Rows <paramref name="from"/> (included) to <paramref name="to"/> (not), the assets given.</summary>
    public ReturnTable Slice(int from, int to, IReadOnlyList<int> assets) =>
        new(
            assets.Select(a => _columns[a][from..to]).ToArray(),
            assets.Select(a => Math.Clamp(_first[a] - from, 0, to - from)).ToArray(),
            to - from
        );

    /// <summary>The first row on which all have a return.</summary>
    public int Complete => _first.Max();
}
