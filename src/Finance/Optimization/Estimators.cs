using AgentInvest.Finance.Risk;

namespace AgentInvest.Finance.Optimization;

public enum ReturnEstimator { Geometric, Arithmetic, Ema, Capm }

public enum CovarianceEstimator { Sample, LedoitWolf, LedoitWolfConstantCorrelation, LedoitWolfSingleFactor, Exponential, Semi }

/// <summary>
/// Annual expected returns and covariances from daily returns, over each asset's (each pair's) own days; definitions and defaults as in
/// PyPortfolioOpt.
/// </summary>
public static class Estimators
{
    public const double Year = 252;

    /// <summary>Span of the exponentially weighted mean, in days.</summary>
    public const int ReturnSpan = 500;

    /// <summary>Span of the exponentially weighted covariance, in days.</summary>
    public const int CovarianceSpan = 180;

    /// <summary>A day's return below which the semicovariance counts a loss: 2 % a year.</summary>
    public const double SemiThreshold = 0.000079;

    public static double[] Returns(ReturnTable table, ReturnEstimator estimator, double riskFree = 0) => estimator switch
    {
        ReturnEstimator.Geometric => Each(table, Geometric),
        ReturnEstimator.Arithmetic => Each(table, r => RiskMeasures.Mean(r) * Year ?? 0),
        ReturnEstimator.Ema => Each(table, r => Math.Pow(1 + Exponential(r, ReturnSpan), Year) - 1),
        _ => Capm(table, riskFree),
    };

    private delegate double Estimate(ReadOnlySpan<double> returns);

    private static double[] Each(ReturnTable table, Estimate estimate)
    {
        var result = new double[table.Count];
        for (var i = 0; i < result.Length; i++) result[i] = estimate(table.Of(i));
        return result;
    }

    private static double Geometric(ReadOnlySpan<double> r)
    {
        var log = 0.0;
        foreach (var x in r) log += Math.Log(1 + x);
        return r.Length == 0 ? 0 : Math.Exp(log * Year / r.Length) - 1;
    }

    /// <summary>Weights (1 − α)^age, α = 2 ÷ (span + 1), over what there is.</summary>
    private static double Exponential(ReadOnlySpan<double> r, int span)
    {
        var (sum, weights, keep) = (0.0, 0.0, 1 - 2.0 / (span + 1));
        foreach (var x in r) (sum, weights) = (sum * keep + x, weights * keep + 1);
        return weights == 0 ? 0 : sum / weights;
    }

    /// <summary>R_f + β (R_m − R_f); the market is the equally weighted mean of what is listed on the day, compounded.</summary>
    private static double[] Capm(ReturnTable table, double riskFree)
    {
        var market = new double[table.Days];
        var start = Enumerable.Range(0, table.Count).Min(table.First);
        for (var t = start; t < table.Days; t++)
        {
            var (sum, count) = (0.0, 0);
            for (var i = 0; i < table.Count; i++) if (table.First(i) <= t) (sum, count) = (sum + table.At(i, t), count + 1);
            market[t] = sum / count;
        }
        var expected = Geometric(market.AsSpan(start));
        var variance = RiskMeasures.Covariance(market.AsSpan(start), market.AsSpan(start)) ?? 0;
        return Enumerable
            .Range(0, table.Count)
            .Select(i =>
                riskFree
                + (variance > 0 ? (RiskMeasures.Covariance(table.Of(i), market.AsSpan(table.First(i))) ?? 0) / variance : 0)
                    * (expected - riskFree)
            )
            .ToArray();
    }

    /// <summary>Row-major, annual. A matrix that pairwise days leave indefinite gets its negative eigenvalues set to 0.</summary>
    public static double[] Covariance(ReturnTable table, CovarianceEstimator estimator) => Repaired(estimator switch
    {
        CovarianceEstimator.Sample => Sample(table),
        CovarianceEstimator.Exponential => ExponentialCovariance(table),
        CovarianceEstimator.Semi => Semi(table),
        CovarianceEstimator.LedoitWolf => Shrinkage.ConstantVariance(table),
        CovarianceEstimator.LedoitWolfSingleFactor => Shrinkage.SingleFactor(table),
        _ => Shrinkage.ConstantCorrelation(table, Sample(table)),
    }, table.Count);

    /// <summary>Correlations over each pair's own days, null where one does not move.</summary>
    public static double?[] Correlations(ReturnTable table)
    {
        var (n, pairs) = (table.Count, new PairMoments(table));
        var result = new double?[n * n];
        for (var i = 0; i < n; i++) for (var j = 0; j <= i; j++) result[i * n + j] = result[j * n + i] = pairs.Correlation(i, j);
        return result;
    }

    private static double[] Sample(ReturnTable table)
    {
        var (n, pairs) = (table.Count, new PairMoments(table));
        var result = new double[n * n];
        for (var i = 0; i < n; i++) for (var j = 0; j <= i; j++) result[i * n + j] = result[j * n + i] = pairs.Covariance(i, j);
        return result;
    }

    /// <summary>Products of deviations from each asset's own mean, exponentially weighted.</summary>
    private static double[] ExponentialCovariance(ReturnTable table)
    {
        var n = table.Count;
        var deviations = Enumerable.Range(0, n).Select(i =>
        {
            var mean = RiskMeasures.Mean(table.Of(i)) ?? 0;
            return Enumerable.Range(0, table.Days).Select(t => t < table.First(i) ? 0 : table.At(i, t) - mean).ToArray();
        }).ToArray();
        var result = new double[n * n];
        for (var i = 0; i < n; i++)
            for (var j = 0; j <= i; j++)
            {
                var row = Math.Max(table.First(i), table.First(j));
                result[i * n + j] = result[j * n + i] = Exponential(
                Products(deviations[i].AsSpan(row), deviations[j].AsSpan(row)),
                CovarianceSpan
            );
            }
        return result;
    }

    private static double[] Products(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var products = new double[a.Length];
        for (var t = 0; t < a.Length; t++) products[t] = a[t] * b[t];
        return products;
    }

    /// <summary>Mean product of shortfalls below <see cref="SemiThreshold"/> over all days, a day without both counting as none.</summary>
    private static double[] Semi(ReturnTable table)
    {
        var n = table.Count;
        var drops = Enumerable
            .Range(0, n)
            .Select(i =>
                Enumerable.Range(0, table.Days).Select(t => t < table.First(i) ? 0 : Math.Min(table.At(i, t) - SemiThreshold, 0)).ToArray()
            )
            .ToArray();
        var result = new double[n * n];
        for (var i = 0; i < n; i++)
        for (var j = 0; j <= i; j++)
            result[i * n + j] = result[j * n + i] = Dense.Dot(drops[i], drops[j]) / table.Days;
        return result;
    }

    private static double[] Repaired(double[] daily, int n)
    {
        var annual = daily.Select(x => x * Year).ToArray();
        var trial = (double[])annual.Clone();
        for (var i = 0; i < n; i++) trial[i * n + i] += 1e-16;
        if (Dense.Cholesky(trial, n, 0)) return annual;
        var (values, vectors) = Dense.Eigen(annual, n);
        if (values.Min() >= -1e-15 * values.Max()) return annual;
        var repaired = new double[n * n];
        for (var k = 0; k < n; k++)
            for (var i = 0; values[k] > 0 && i < n; i++)
            Dense.AddScaled(repaired.AsSpan(i * n, n), values[k] * vectors[k * n + i], vectors.AsSpan(k * n, n));
        return repaired;
    }
}
