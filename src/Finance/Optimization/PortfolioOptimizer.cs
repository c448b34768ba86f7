namespace AgentInvest.Finance.Optimization;

/// <summary>Expected figures of a set of weights, annual; Sharpe is null where there is no risk.</summary>
public sealed record PortfolioPoint(double[] Weights, double ExpectedReturn, double Volatility, double? Sharpe);

/// <summary>
/// Mean-variance portfolios (Markowitz 1952) under <see cref="Limits"/>, each one convex program. Returns and covariance annual; what no
/// portfolio can satisfy is an <see cref="InfeasibleException"/>.
/// </summary>
/// <remarks>
/// <paramref name="cost"/> is what a trade costs as a fraction of its value, purchase or sale: c·Σ|w − current|, paid once and taken off a
/// year's return. It counts in <see cref="MinVolatility"/>, <see cref="MeanVariance"/> and <see cref="MaxSharpe"/>, exactly; all else, the
/// frontier among it, is before costs.
/// </remarks>
public sealed class PortfolioOptimizer(double[] expected, double[] covariance, Limits limits, double riskFree = 0, double cost = 0)
{
    private readonly int _n = expected.Length;
    private Limits Bound => limits.TargetReturn is null ? limits : limits with { Expected = expected };

    public double[] Expected => expected;
    public double[] Covariance => covariance;

    public PortfolioPoint Point(double[] weights)
    {
        var (mean, risk) = (Dense.Dot(expected, weights), Math.Sqrt(Math.Max(0, Dense.Quadratic(covariance, weights))));
        return new PortfolioPoint(weights, mean, risk, risk > 1e-14 ? (mean - riskFree) / risk : null);
    }

    /// <summary>What it costs to get from the weights held now to these.</summary>
    public double Cost(double[] weights) => cost > 0 ? cost * weights.Zip(limits.Current!, (w, c) => Math.Abs(w - c)).Sum() : 0;

    /// <summary>min ½·a·w'Σw + costs; without costs the aversion makes no difference.</summary>
    public double[] MinVolatility(double riskAversion = 1) => Quadratic(Bound, new double[_n], cost / riskAversion);

    /// <summary>max μ'w − ½·a·w'Σw − costs; where a is 0, the highest return before costs.</summary>
    public double[] MeanVariance(double riskAversion) =>
        riskAversion <= 0 ? MaxReturn() : Quadratic(Bound, expected.Select(m => -m / riskAversion).ToArray(), cost / riskAversion);

    /// <summary>The highest expected return, and of several such portfolios the one with least risk.</summary>
    public double[] MaxReturn()
    {
        Bound.Check();
        var vertex = Linear(Bound, 0);
        var (best, spread) = (Dense.Dot(expected, vertex), Math.Max(expected.Max() - expected.Min(), 1e-12));
        var asked = Bound with { Expected = expected, TargetReturn = best - 1e-9 * spread };
        // Where one portfolio alone is best, the second program has no room to move in and may end short of it.
        var weights = Clean(asked.Program(covariance, new double[_n]).Solve().X);
        return Satisfies(weights) && Dense.Dot(expected, weights) >= best - 1e-8 * spread ? weights : Clean(vertex);
    }

    /// <summary>
    /// The highest Sharpe ratio, made convex by scaling (Cornuejols and Tütüncü): min y'Σy with (μ − r)'y = 1, all limits times κ = Σy, w
    /// = y ÷ κ. It takes a portfolio whose expected return exceeds the risk-free rate: among losing ones the ratio would reward risk. Costs
    /// come off the return: with what is bought, u, they are c·(2Σu − (1 − Σ current)·κ), and as they only lower it, u is no more than is
    /// bought.
    /// </summary>
    public double[] MaxSharpe()
    {
        Bound.Check();
        var best = BestExcess(Bound, cost);
        if (best <= 1e-9)
        {
            var costly =
                cost > 0 && BestExcess(Bound, 0) > 1e-9
                    ? new[]
                    {
                        new Conflict(
                            "transactionCost",
                            FormattableString.Invariant($"at {cost} of what is traded nothing is left above the risk-free rate")
                        ),
                    }
                    : [];
            throw new InfeasibleException([
                new Conflict(
                    "riskFreeRate",
                    FormattableString.Invariant(
                        $"the highest expected return{(cost > 0 ? " after costs" : "")} is {best + riskFree:0.######}, not above "
                    ) + FormattableString.Invariant(
                        $"the risk-free rate of {riskFree}"
                    )
                ),
                .. costly,
                .. Bound.Conflicts(l => BestExcess(Filled(l), cost) <= 1e-9),
            ]);
        }
        var scale = expected.Max(m => Math.Abs(m - riskFree));
        var dense = new double[(_n + 1) * (_n + 1)];
        for (var i = 0; i < _n; i++) Array.Copy(covariance, i * _n, dense, i * (_n + 1), _n);
        var program = Bound.Program(dense, new double[_n + 1], scaled: true, trades: cost > 0);
        var excess = expected.Select(m => (m - riskFree) / scale);
        if (cost > 0) excess = [.. excess, cost / scale * (1 - limits.Current!.Sum()), .. Enumerable.Repeat(-2 * cost / scale, _n)];
        program.Equalities.Add(Row.Of(excess.ToArray(), 1));
        var y = Solved(program);
        return Clean(y.Take(_n).Select(v => v / y[_n]).ToArray());
    }

    private double BestExcess(Limits l, double price)
    {
        var weights = Linear(l, price);
        return Dense.Dot(expected, weights) - riskFree - (price > 0 ? Cost(weights) : 0);
    }

    private Limits Filled(Limits l) => l.TargetReturn is null ? l : l with { Expected = expected };

    private double[] MinVolatilityWeights() => Quadratic(Bound, new double[_n]);

    /// <summary>The highest expected return at no more than a volatility: the point of the frontier there.</summary>
    public double[] TargetVolatility(double target)
    {
        var minimum = MinVolatilityWeights();
        if (Point(minimum).Volatility > target + 1e-9) throw VolatilityTooLow(target);
        var maximum = MaxReturn();
        if (Point(maximum).Volatility <= target) return maximum;
        // Along the frontier volatility is convex in the return asked, but may be flat at first: the last return that keeps to the target
        // is looked for, by chords where they narrow the interval and by halving else.
        var (a, b) = (Point(minimum).ExpectedReturn, Point(maximum).ExpectedReturn);
        var (fa, fb) = (Point(minimum).Volatility - target, Point(maximum).Volatility - target);
        var best = minimum;
        for (var i = 0; i < 100 && b - a > 1e-12 * Math.Max(1, Math.Abs(b)) && (fa < -1e-11 || fb > 1e-11); i++)
        {
            // The chord of a convex function undershoots the root: a little further brackets it from the other side.
            var chord = a + (b - a) * -fa / (fb - fa);
            var at = i % 3 == 2 || fa > -1e-9 ? (a + b) / 2 : i % 3 == 1 ? Math.Min(b, chord + (chord - a) * 1e-3 + 1e-12) : chord;
            var weights = AtReturn(at);
            var f = Point(weights).Volatility - target;
            if (f <= 1e-12) (a, fa, best) = (at, f, weights);
            else (b, fb) = (at, f);
        }
        return best;
    }

    /// <summary>Points of equal distance in return, from the minimum volatility to the highest feasible return.</summary>
    public IReadOnlyList<PortfolioPoint> Frontier(int points)
    {
        var (minimum, maximum) = (MinVolatilityWeights(), MaxReturn());
        var (low, high) = (Dense.Dot(expected, minimum), Dense.Dot(expected, maximum));
        return Enumerable
            .Range(0, points)
            .Select(k =>
                Point(
                    k == 0 ? minimum
                    : k == points - 1 ? maximum
                    : AtReturn(low + (high - low) * k / (points - 1))
                )
            )
            .ToList();
    }

    /// <summary>Whether weights are within the limits, to the rounding of a solution.</summary>
    public bool Satisfies(double[] weights)
    {
        var l = Bound;
        var inside = l with { TurnoverMax = null };
        return inside.Program(null, new double[_n]).Violation(weights) <= 1e-8
            && (l.TurnoverMax is not { } max || weights.Zip(l.Current!, (w, c) => Math.Abs(w - c)).Sum() / 2 <= max + 1e-8);
    }

    /// <summary>The portfolio within the limits that is nearest to <paramref name="weights"/>.</summary>
    public double[] Nearest(double[] weights)
    {
        Bound.Check();
        var identity = new double[_n * _n];
        for (var i = 0; i < _n; i++) identity[i * _n + i] = 1;
        return Clean(Solved(Bound.Program(identity, weights.Select(w => -w).ToArray())));
    }

    /// <summary>Exactly that return: several portfolios may be of least risk, and the frontier has to rise.</summary>
    private double[] AtReturn(double target)
    {
        var program = (limits with { TargetReturn = null }).Program(covariance, new double[_n]);
        var unit = Math.Max(expected.Max(Math.Abs), 1e-12);
        program.Equalities.Add(Row.Of(expected.Select(m => m / unit).ToArray(), target / unit));
        return Clean(Solved(program));
    }

    private InfeasibleException VolatilityTooLow(double target) =>
        new([
            new Conflict(
                "targetVolatility",
                FormattableString.Invariant($"the least volatility is {Point(MinVolatilityWeights()).Volatility:0.######}, above {target}")
            ),
            .. Bound.Conflicts(l => Point(Quadratic(Filled(l), new double[_n], check: false)).Volatility > target + 1e-9),
        ]);

    /// <param name="price">Of a trade, in units of the objective. What is bought is paid twice, as what is sold is as much but for a
    /// constant.</param>
    private double[] Quadratic(Limits l, double[] linear, double price = 0, bool check = true)
    {
        if (check) l.Check();
        return Clean(Solved(l.Program(covariance, linear, trades: price > 0, price: 2 * price)));
    }

    private double[] Linear(Limits l, double price) =>
        Solved(l.Program(null, expected.Select(m => -m).ToArray(), trades: price > 0, price: 2 * price))[.._n];

    /// <summary>The solution; an error where the solver did not converge.</summary>
    private static double[] Solved(QuadraticProgram program)
    {
        var solution = program.Solve();
        return solution.Converged || solution.Residual(program) < 1e-6
            ? solution.X
            : throw new ArithmeticException("The solver did not converge.");
    }

    /// <summary>Rounds weights within 1e-9 to 0 and clamps the others to the bounds; the largest takes what is missing to 1.</summary>
    private double[] Clean(double[] x)
    {
        var w = x.Take(_n).Select(v => Math.Abs(v) < 1e-9 ? 0 : Math.Clamp(v, limits.Lower, limits.Upper)).ToArray();
        var largest = Array.IndexOf(w, w.MaxBy(Math.Abs));
        w[largest] += 1 - w.Sum();
        return w;
    }
}
