namespace AgentInvest.Finance.Optimization;

/// <summary>
/// Sample moments of pairs over the days both have. Each column is centred on its own mean once; what its mean over fewer days differs by
/// comes from sums from each day to the end, so that a pair costs one product of vectors.
/// </summary>
internal sealed class PairMoments
{
    /// <summary>Variance of daily returns that is rounding alone.</summary>
    private const double Nothing = 1e-30;

    private readonly ReturnTable _table;
    private readonly double[][] _centred;
    private readonly double[][] _sums;
    private readonly double[][] _squares;

    public PairMoments(ReturnTable table)
    {
        _table = table;
        (_centred, _sums, _squares) = (new double[table.Count][], new double[table.Count][], new double[table.Count][]);
        for (var i = 0; i < table.Count; i++)
        {
            var (first, days) = (table.First(i), table.Days);
            (_centred[i], _sums[i], _squares[i]) = (new double[days], new double[days + 1], new double[days + 1]);
            var mean = 0.0;
            foreach (var r in table.Of(i)) mean += r / (days - first);
            for (var t = days - 1; t >= first; t--)
            {
                var x = _centred[i][t] = table.At(i, t) - mean;
                _sums[i][t] = _sums[i][t + 1] + x;
                _squares[i][t] = _squares[i][t + 1] + x * x;
            }
        }
    }

    /// <summary>0 for fewer than two days.</summary>
    public double Covariance(int a, int b)
    {
        var row = Math.Max(_table.First(a), _table.First(b));
        var n = _table.Days - row;
        return n < 2 ? 0 : (Dense.Dot(_centred[a].AsSpan(row), _centred[b].AsSpan(row)) - _sums[a][row] * _sums[b][row] / n) / (n - 1);
    }

    public double? Correlation(int a, int b)
    {
        var row = Math.Max(_table.First(a), _table.First(b));
        var (va, vb) = (Variance(a, row), Variance(b, row));
        return va > Nothing && vb > Nothing ? a == b ? 1 : Math.Clamp(Covariance(a, b) / Math.Sqrt(va * vb), -1, 1) : null;
    }

    private double Variance(int asset, int row)
    {
        var n = _table.Days - row;
        return n < 2 ? 0 : (_squares[asset][row] - _sums[asset][row] * _sums[asset][row] / n) / (n - 1);
    }
}
