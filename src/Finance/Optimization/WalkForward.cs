using AgentInvest.Finance.Risk;

namespace AgentInvest.Finance.Optimization;

/// <summary>
/// A rule's record on days it had not seen, annual; turnover is the mean of ½·Σ|Δw| over the rebalancings after the first.
/// </summary>
public sealed record Record(double Return, double? Volatility, double? Sharpe, double? MaxDrawdown, double Turnover);

/// <param name="FromRow">The first row of returns that was not seen, <paramref name="ToRow"/> the last.</param>
/// <param name="Fallbacks">Windows in which the rule found no portfolio and equal weights were held.</param>
public sealed record WalkForwardResult(int FromRow, int ToRow, int Windows, int Fallbacks, Record Rule, Record EqualWeight);

/// <summary>
/// Out of sample: a rule is given the past up to a day, its weights are held (and drift) over the days that follow, then it is given the
/// past up to there. Assets take part once half of the training days have a return. Beside it, on the same days and assets, equal weights.
/// </summary>
public static class WalkForward
{
    /// <summary>Days of training at most: three years.</summary>
    public const int MaxTraining = 756;

    /// <summary>Days needed at least, so that there are some to train on and some to test on.</summary>
    public const int MinDays = 30;

    /// <param name="rule">Weights from a training window, one per asset given; null where there is no such portfolio.</param>
    public static WalkForwardResult? Run(
        ReturnTable table,
        Func<ReturnTable, IReadOnlyList<int>, double[]?> rule,
        double riskFree,
        int maxWindows
    )
    {
        var days = table.Days;
        if (days < MinDays) return null;
        var training = Math.Min(MaxTraining, days * 2 / 3);
        var step = Math.Max(Math.Min(21, days / 10), (days - training + maxWindows - 1) / maxWindows);
        var (own, even) = (new Holding(table), new Holding(table));
        var (start, windows, fallbacks) = (-1, 0, 0);
        for (var at = training; at < days; at += step)
        {
            var assets = Enumerable.Range(0, table.Count).Where(i => table.First(i) <= at - training / 2).ToList();
            if (assets.Count == 0) continue;
            if (start < 0) start = at;
            var weights = rule(table.Slice(at - training, at, assets), assets);
            var equal = assets.Select(_ => 1.0 / assets.Count).ToArray();
            if (weights is null) fallbacks++;
            var to = Math.Min(at + step, days);
            own.Hold(assets, weights ?? equal, at, to);
            even.Hold(assets, equal, at, to);
            windows++;
        }
        return windows == 0
            ? null
            : new WalkForwardResult(start, days - 1, windows, fallbacks, own.Result(riskFree), even.Result(riskFree));
    }

    private sealed class Holding(ReturnTable table)
    {
        private readonly List<double> _returns = [];
        private readonly List<double> _turnovers = [];
        private double[]? _held;

        public void Hold(List<int> assets, double[] weights, int from, int to)
        {
            var held = new double[table.Count];
            for (var k = 0; k < assets.Count; k++) held[assets[k]] = weights[k];
            if (_held is not null) _turnovers.Add(held.Zip(_held, (a, b) => Math.Abs(a - b)).Sum() / 2);
            for (var t = from; t < to; t++)
            {
                var r = 0.0;
                for (var i = 0; i < held.Length; i++) if (held[i] != 0) r += held[i] * table.At(i, t);
                _returns.Add(r);
                // A portfolio that has lost everything is not traded further.
                if (r <= -1) break;
                for (var i = 0; i < held.Length; i++) if (held[i] != 0) held[i] *= (1 + table.At(i, t)) / (1 + r);
            }
            _held = held;
        }

        public Record Result(double riskFree)
        {
            double[] r = [.. _returns];
            var wealth = r.Aggregate(1.0, (w, x) => w * Math.Max(0, 1 + x));
            var (annual, volatility) = (Math.Pow(wealth, Estimators.Year / r.Length) - 1, RiskMeasures.Volatility(r));
            return new Record(
                annual,
                volatility,
                volatility is > 1e-14 ? (annual - riskFree) / volatility : null,
                RiskMeasures.MaxDrawdown(r),
                _turnovers.Count == 0 ? 0 : _turnovers.Average()
            );
        }
    }
}
