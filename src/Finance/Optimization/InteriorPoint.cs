namespace AgentInvest.Finance.Optimization;

/// <summary>
/// Mehrotra's predictor-corrector primal-dual method for <see cref="QuadraticProgram"/>. Each step solves one positive definite system over
/// the dense variables (Cholesky); those without curvature are eliminated one by one, the equalities by their Schur complement.
/// </summary>
internal sealed class InteriorPoint
{
    /// <summary>Bound of residuals and mean complementarity, with the objective scaled to about 1.</summary>
    public const double Tolerance = 1e-9;

    /// <summary>The stopping tolerance; looser for a linear program, whose system is almost singular near the optimum.</summary>
    private readonly double _goal;
    private readonly QuadraticProgram _program;
    private readonly int _n;
    private readonly double _scale;
    private readonly Row[] _a;
    private readonly Row[] _g;
    private readonly double[] _lower;
    private readonly double[] _upper;
    private readonly double[] _x, _y, _z, _s, _zl, _zu;
    private readonly double[] _rd, _rp, _rg;
    private Step _affine, _step;
    private readonly NormalSystem _system;
    private readonly double[][] _state, _best;
    private double _merit = double.PositiveInfinity;

    public InteriorPoint(QuadraticProgram program)
    {
        _program = program;
        _n = program.Count;
        (_lower, _upper) = ((double[])program.Lower.Clone(), (double[])program.Upper.Clone());
        // A variable with equal bounds has no interior: it becomes an equality.
        var a = new List<Row>(program.Equalities);
        for (var i = 0; i < _n; i++)
        {
            if (_upper[i] > _lower[i]) continue;
            a.Add(new Row([i], [1], _lower[i]));
            (_lower[i], _upper[i]) = (double.NegativeInfinity, double.PositiveInfinity);
        }
        (_a, _g) = ([.. a], [.. program.Inequalities]);
        _goal = program.P is null ? 1e-12 : 1e-14;
        var curvature = program.P is { } p ? Enumerable.Range(0, program.Dense).Average(i => p[i * program.Dense + i]) : 0;
        _scale = Math.Max(Math.Max(curvature, program.Linear.Max(Math.Abs)), 1e-300);
        (_x, _y, _z, _s, _zl, _zu) = (
            Start(),
            new double[_a.Length],
            new double[_g.Length],
            new double[_g.Length],
            new double[_n],
            new double[_n]
        );
        for (var i = 0; i < _g.Length; i++) (_s[i], _z[i]) = (Math.Max(_g[i].Bound - _g[i].At(_x), 1.0 / _n), 1);
        for (var i = 0; i < _n; i++) (_zl[i], _zu[i]) = (double.IsFinite(_lower[i]) ? 1 : 0, double.IsFinite(_upper[i]) ? 1 : 0);
        (_rd, _rp, _rg) = (new double[_n], new double[_a.Length], new double[_g.Length]);
        (_affine, _step) = (new Step(_n, _a.Length, _g.Length), new Step(_n, _a.Length, _g.Length));
        _state = [_x, _y, _z, _s, _zl, _zu];
        _best = _state.Select(v => (double[])v.Clone()).ToArray();
        _system = new NormalSystem(program, _a, _g, 1 / _scale);
    }

    /// <summary>The starting point: inside the bounds, near 1 ÷ n where they allow it.</summary>
    private double[] Start()
    {
        var x = new double[_n];
        for (var i = 0; i < _n; i++)
        {
            var (l, u) = (_lower[i], _upper[i]);
            x[i] = double.IsFinite(l)
                ? double.IsFinite(u)
                    ? Math.Clamp(1.0 / _n, l + (u - l) / 10, u - (u - l) / 10)
                    : Math.Max(1.0 / _n, l + 0.1)
                : double.IsFinite(u)
                    ? Math.Min(1.0 / _n, u - 0.1)
                    : 0;
        }
        return x;
    }

    public QuadraticSolution Run()
    {
        if (Enumerable.Range(0, _n).Any(i => _program.Lower[i] > _program.Upper[i])) return Result(0, false);
        var iteration = 0;
        for (; iteration < 100; iteration++)
        {
            Residuals();
            var mu = Complementarity(null, 0);
            Remember(Math.Max(mu, Infeasibility()));
            if ((mu <= _goal && Infeasibility() <= 1e-11) || double.IsNaN(mu)) break;
            if (!_system.Factor(_x, _s, _z, _zl, _zu, _lower, _upper)) break;
            Direction(_affine, null, 0);
            var full = Complementarity(_affine, MaxStepLength(_affine));
            var sigma = mu > 0 ? Math.Pow(full / mu, 3) : 0;
            Direction(_step, _affine, sigma * mu);
            var length = MaxStepLength(_step) * Math.Clamp(1 - mu, 0.99, 1 - 1e-9);
            if (length < 0.1 || Complementarity(_step, length) > 0.9 * mu) length = Plain(mu, length);
            Move(length);
            if (length < 1e-10) break;
        }
        Residuals();
        Remember(Math.Max(Complementarity(null, 0), Infeasibility()));
        for (var i = 0; i < _state.Length; i++) _best[i].CopyTo(_state[i], 0);
        return Result(iteration, _merit <= Tolerance);
    }

    /// <summary>A centring step without the correction, where the corrected one is short and could cycle.</summary>
    private double Plain(double mu, double length)
    {
        Direction(_affine, null, 0.3 * mu);
        var plain = MaxStepLength(_affine) * 0.9;
        if (Complementarity(_affine, plain) >= Complementarity(_step, length) && plain <= length) return length;
        (_affine, _step) = (_step, _affine);
        return plain;
    }

    /// <summary>Beyond what rounding allows an iterate may be worse than the one before: the best is kept.</summary>
    private void Remember(double merit)
    {
        if (!(merit < _merit)) return;
        _merit = merit;
        for (var i = 0; i < _state.Length; i++) _state[i].CopyTo(_best[i], 0);
    }

    private double Infeasibility()
    {
        var worst = 0.0;
        foreach (var r in _rd) worst = Math.Max(worst, Math.Abs(r));
        foreach (var r in _rp) worst = Math.Max(worst, Math.Abs(r));
        foreach (var r in _rg) worst = Math.Max(worst, Math.Abs(r));
        return double.IsNaN(worst) ? double.PositiveInfinity : worst;
    }

    private void Residuals()
    {
        if (_program.P is { } p) Dense.Multiply(p, _x.AsSpan(0, _program.Dense), _rd);
        else Array.Clear(_rd);
        for (var i = _program.P is null ? 0 : _program.Dense; i < _n; i++) _rd[i] = 0;
        for (var i = 0; i < _n; i++) _rd[i] = (_rd[i] + _program.Linear[i]) / _scale - _zl[i] + _zu[i];
        for (var i = 0; i < _a.Length; i++)
        {
            _a[i].AddTo(_rd, _y[i]);
            _rp[i] = _a[i].At(_x) - _a[i].Bound;
        }
        for (var i = 0; i < _g.Length; i++)
        {
            _g[i].AddTo(_rd, _z[i]);
            _rg[i] = _g[i].At(_x) + _s[i] - _g[i].Bound;
        }
    }

    /// <summary>Mean product of slacks and multipliers, after a part of a step where one is given.</summary>
    private double Complementarity(Step? d, double length)
    {
        var (sum, count) = (0.0, 0);
        for (var i = 0; i < _g.Length; i++, count++)
            sum += d is null ? _s[i] * _z[i] : (_s[i] + length * d.S[i]) * (_z[i] + length * d.Z[i]);
        for (var i = 0; i < _n; i++)
        {
            if (double.IsFinite(_lower[i]))
            {
                sum += d is null ? (_x[i] - _lower[i]) * _zl[i] : (_x[i] + length * d.X[i] - _lower[i]) * (_zl[i] + length * d.Zl[i]);
                count++;
            }
            if (!double.IsFinite(_upper[i])) continue;
            sum += d is null ? (_upper[i] - _x[i]) * _zu[i] : (_upper[i] - _x[i] - length * d.X[i]) * (_zu[i] + length * d.Zu[i]);
            count++;
        }
        return count == 0 ? 0 : sum / count;
    }

    /// <summary>
    /// The Newton step towards products of <paramref name="target"/>, corrected by the predictor's second order where one is given.
    /// </summary>
    private void Direction(Step d, Step? predictor, double target)
    {
        Span<double> right = d.X;
        for (var i = 0; i < _n; i++)
        {
            right[i] = -_rd[i];
            if (double.IsFinite(_lower[i]))
                right[i] += (target - (predictor is null ? 0 : predictor.X[i] * predictor.Zl[i])) / (_x[i] - _lower[i]) - _zl[i];
            if (double.IsFinite(_upper[i]))
                right[i] -= (target + (predictor is null ? 0 : predictor.X[i] * predictor.Zu[i])) / (_upper[i] - _x[i]) - _zu[i];
        }
        for (var i = 0; i < _g.Length; i++)
        {
            var c = (target - (predictor is null ? 0 : predictor.S[i] * predictor.Z[i])) / _s[i] - _z[i];
            d.C[i] = c;
            _g[i].AddTo(right, -(c + _z[i] / _s[i] * _rg[i]));
        }
        _system.Solve(right, _rp, d.Y);
        for (var i = 0; i < _g.Length; i++)
        {
            d.S[i] = -_rg[i] - _g[i].At(d.X);
            d.Z[i] = d.C[i] - _z[i] / _s[i] * d.S[i];
        }
        for (var i = 0; i < _n; i++)
        {
            if (double.IsFinite(_lower[i]))
                d.Zl[i] =
                    (target - (predictor is null ? 0 : predictor.X[i] * predictor.Zl[i]) - _zl[i] * d.X[i]) / (_x[i] - _lower[i]) - _zl[i];
            if (double.IsFinite(_upper[i]))
                d.Zu[i] =
                    (target + (predictor is null ? 0 : predictor.X[i] * predictor.Zu[i]) + _zu[i] * d.X[i]) / (_upper[i] - _x[i]) - _zu[i];
        }
    }

    /// <summary>The longest step, at most 1, on which all slacks and multipliers stay positive.</summary>
    private double MaxStepLength(Step d)
    {
        var max = 1.0;
        void Limit(double value, double change)
        {
            if (change < 0 && -value / change < max) max = -value / change;
        }
        for (var i = 0; i < _g.Length; i++)
        {
            Limit(_s[i], d.S[i]);
            Limit(_z[i], d.Z[i]);
        }
        for (var i = 0; i < _n; i++)
        {
            if (double.IsFinite(_lower[i]))
            {
                Limit(_x[i] - _lower[i], d.X[i]);
                Limit(_zl[i], d.Zl[i]);
            }
            if (!double.IsFinite(_upper[i])) continue;
            Limit(_upper[i] - _x[i], -d.X[i]);
            Limit(_zu[i], d.Zu[i]);
        }
        return max;
    }

    private void Move(double length)
    {
        Dense.AddScaled(_x, length, _step.X);
        Dense.AddScaled(_y, length, _step.Y);
        Dense.AddScaled(_s, length, _step.S);
        Dense.AddScaled(_z, length, _step.Z);
        Dense.AddScaled(_zl, length, _step.Zl);
        Dense.AddScaled(_zu, length, _step.Zu);
    }

    private QuadraticSolution Result(int iterations, bool converged)
    {
        double[] Scaled(IEnumerable<double> multipliers) => multipliers.Select(m => m * _scale).ToArray();
        var (atLower, atUpper) = (Scaled(_zl), Scaled(_zu));
        var fixedAt = _program.Equalities.Count;
        for (var i = 0; i < _n; i++)
        {
            if (_program.Upper[i] > _program.Lower[i] || fixedAt >= _a.Length) continue;
            var m = _y[fixedAt++] * _scale;
            (atLower[i], atUpper[i]) = (Math.Max(0, -m), Math.Max(0, m));
        }
        return new QuadraticSolution(_x, Scaled(_y.Take(_program.Equalities.Count)), Scaled(_z), atLower, atUpper, iterations, converged);
    }

    private sealed class Step(int n, int equalities, int inequalities)
    {
        public readonly double[] X = new double[n],
            Zl = new double[n],
            Zu = new double[n],
            Y = new double[equalities],
            S = new double[inequalities],
            Z = new double[inequalities],
            C = new double[inequalities];
    }
}
