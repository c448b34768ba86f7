namespace AgentInvest.Finance.Optimization;

/// <summary>
/// Ledoit and Wolf's shrinkage towards a structured target, its intensity chosen from the data. Days before a listing count as returns of
/// 0, as PyPortfolioOpt has it, whose figures these reproduce; on complete data there are none.
/// </summary>
internal static class Shrinkage
{
    /// <summary>Towards the mean variance times the identity (Ledoit and Wolf 2004).</summary>
    public static double[] ConstantVariance(ReturnTable table)
    {
        var (x, s) = Centred(table);
        var (n, t) = (table.Count, (double)table.Days);
        var mean = Enumerable.Range(0, n).Sum(i => s[i * n + i]) / n;
        var squares = Squares(x);
        var (fourth, distance) = (0.0, 0.0);
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++)
            {
                var v = s[i * n + j];
                fourth += Dense.Dot(squares[i], squares[j]) / t - v * v;
                distance += (i == j ? v - mean : v) * (i == j ? v - mean : v);
            }
        var delta = distance > 0 ? Math.Clamp(fourth / t / distance, 0, 1) : 0;
        return Blend(s, delta, (i, j) => i == j ? mean : 0, n);
    }

    /// <summary>Towards Sharpe's single-factor model, the factor being the mean of all (Ledoit and Wolf 2003).</summary>
    public static double[] SingleFactor(ReturnTable table)
    {
        var (x, s) = Centred(table);
        var (n, t) = (table.Count, table.Days);
        var market = new double[t];
        foreach (var column in x) Dense.AddScaled(market, 1.0 / n, column);
        var variance = Dense.Dot(market, market) / t;
        var beta = x.Select(c => Dense.Dot(c, market) / t).ToArray();
        var squares = Squares(x);
        var withMarket = x.Select(c => c.Zip(market, (a, m) => a * m).ToArray()).ToArray();
        double Target(int i, int j) => i == j ? s[i * n + i] : beta[i] * beta[j] / variance;
        var (p, r, c) = (0.0, 0.0, 0.0);
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++)
            {
                var v = s[i * n + j];
                var pi = Dense.Dot(squares[i], squares[j]) / t - v * v;
                p += pi;
                c += (v - Target(i, j)) * (v - Target(i, j));
                if (i == j)
                {
                    r += pi;
                    continue;
                }
                var first = Dense.Dot(squares[i], withMarket[j]) / t - beta[i] * v;
                var third = Dense.Dot(withMarket[i], withMarket[j]) / t - variance * v;
                r += 2 * first * beta[j] / variance - third * beta[i] * beta[j] / (variance * variance);
            }
        return Blend(s, c > 0 ? Math.Clamp((p - r) / c / t, 0, 1) : 0, Target, n);
    }

    /// <summary>Towards the mean correlation of all pairs (Ledoit and Wolf 2004, "Honey, I shrunk the sample covariance matrix").</summary>
    public static double[] ConstantCorrelation(ReturnTable table, double[] sample)
    {
        var (x, s) = Centred(table);
        var (n, t) = (table.Count, (double)table.Days);
        var deviation = Enumerable.Range(0, n).Select(i => Math.Sqrt(sample[i * n + i])).ToArray();
        var mean = 0.0;
        for (var i = 0; i < n; i++)
        for (var j = 0; j < n; j++)
            if (i != j)
                mean += sample[i * n + j] / (deviation[i] * deviation[j]) / (n * (n - 1.0));
        double Target(int i, int j) => i == j ? sample[i * n + i] : mean * deviation[i] * deviation[j];
        var squares = Squares(x);
        var cubes = x.Select(c => c.Select(v => v * v * v).ToArray()).ToArray();
        var (p, r, g) = (0.0, 0.0, 0.0);
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++)
            {
                var v = sample[i * n + j];
                var pi = Dense.Dot(squares[i], squares[j]) / t - 2 * s[i * n + j] * v + v * v;
                p += pi;
                g += (v - Target(i, j)) * (v - Target(i, j));
                var theta = Dense.Dot(cubes[i], x[j]) / t - s[i * n + i] * v - s[i * n + j] * sample[i * n + i] + sample[i * n + i] * v;
                r += i == j ? pi : mean * deviation[j] / deviation[i] * theta;
            }
        return Blend(sample, g > 0 ? Math.Clamp((p - r) / g / t, 0, 1) : 0, Target, n);
    }

    private static double[] Blend(double[] sample, double delta, Func<int, int, double> target, int n) =>
        Enumerable.Range(0, n * n).Select(k => delta * target(k / n, k % n) + (1 - delta) * sample[k]).ToArray();

    private static double[][] Squares(double[][] x) => x.Select(c => c.Select(v => v * v).ToArray()).ToArray();

    private static (double[][] Columns, double[] Covariance) Centred(ReturnTable table)
    {
        var n = table.Count;
        var columns = new double[n][];
        for (var i = 0; i < n; i++)
        {
            columns[i] = Enumerable.Range(0, table.Days).Select(t => t < table.First(i) ? 0 : table.At(i, t)).ToArray();
            var mean = columns[i].Average();
            for (var t = 0; t < table.Days; t++) columns[i][t] -= mean;
        }
        var s = new double[n * n];
        for (var i = 0; i < n; i++)
        for (var j = 0; j <= i; j++)
            s[i * n + j] = s[j * n + i] = Dense.Dot(columns[i], columns[j]) / table.Days;
        return (columns, s);
    }
}
