namespace AgentInvest.Finance.Optimization;

/// <summary>
/// [P + D + G'WG, A'; A, 0], factored anew at each iterate. A variable without curvature occurs in one inequality at most, so its row and
/// column are eliminated by hand: what it leaves of its inequality's weight W is W·B ÷ (B + W·c²), B being the weight of its own bounds.
/// </summary>
internal sealed class NormalSystem
{
    private readonly QuadraticProgram _program;
    private readonly Row[] _a;
    private readonly Row[] _g;
    private readonly double _scale;
    private readonly int _m;
    private readonly int _n;
    private readonly double[] _h;
    private readonly double[] _diagonal;
    private readonly double[] _weight;
    private readonly int[] _tail;
    private readonly double[] _coefficient;
    private readonly int[] _alone;
    private readonly double[][] _solved;
    private double[] _schur = [];

    public NormalSystem(QuadraticProgram program, Row[] equalities, Row[] inequalities, double scale)
    {
        (_program, _a, _g, _scale) = (program, equalities, inequalities, scale);
        (_m, _n) = (program.Dense, program.Count);
        (_h, _diagonal, _weight) = (new double[_m * _m], new double[_n], new double[_g.Length]);
        _solved = _a.Select(_ => new double[_n]).ToArray();
        // Which variable without curvature an inequality has, and its coefficient.
        (_tail, _coefficient) = (new int[_g.Length], new double[_g.Length]);
        var seen = new HashSet<int>();
        for (var i = 0; i < _g.Length; i++)
        {
            _tail[i] = -1;
            for (var k = 0; k < _g[i].Index.Length; k++)
            {
                if (_g[i].Index[k] < _m) continue;
                if (_tail[i] >= 0 || !seen.Add(_g[i].Index[k]))
                    throw new ArgumentException(
                        "A variable without curvature occurs in one inequality at most, and an inequality has one of them at most.",
                        nameof(inequalities)
                    );
                (_tail[i], _coefficient[i]) = (_g[i].Index[k], _g[i].Value[k]);
            }
        }
        _alone = Enumerable.Range(_m, _n - _m).Where(i => !seen.Contains(i)).ToArray();
    }

    public bool Factor(double[] x, double[] s, double[] z, double[] zl, double[] zu, double[] lower, double[] upper)
    {
        for (var i = 0; i < _n; i++)
            _diagonal[i] =
                (double.IsFinite(lower[i]) ? zl[i] / (x[i] - lower[i]) : 0) + (double.IsFinite(upper[i]) ? zu[i] / (upper[i] - x[i]) : 0);
        if (_program.P is { } p) for (var i = 0; i < _h.Length; i++) _h[i] = p[i] * _scale;
        else Array.Clear(_h);
        var largest = 0.0;
        for (var i = 0; i < _g.Length; i++)
        {
            _weight[i] = z[i] / s[i];
            var left = _weight[i];
            if (_tail[i] is >= 0 and var t)
            {
                var own = Math.Max(_diagonal[t], 1e-13);
                left = left * own / (own + left * _coefficient[i] * _coefficient[i]);
                _diagonal[t] = own + _weight[i] * _coefficient[i] * _coefficient[i];
            }
            AddOuter(_g[i], left);
        }
        for (var i = 0; i < _m; i++) largest = Math.Max(largest, _h[i * _m + i] += _diagonal[i]);
        for (var i = _m; i < _n; i++) _diagonal[i] = Math.Max(_diagonal[i], 1e-13);
        return Dense.Cholesky(_h, _m, 1e-15 * Math.Min(Math.Max(largest, 1e-8), 1)) && FactorEqualities();
    }

    /// <summary>The lower half is enough for the factorisation.</summary>
    private void AddOuter(Row row, double weight)
    {
        if (row.Index.Length >= _m && row.Index[0] == 0 && row.Index[_m - 1] == _m - 1)
        {
            // Ascending from 0 to the last: the whole row at once.
            for (var i = 0; i < _m; i++) Dense.AddScaled(_h.AsSpan(i * _m, i + 1), weight * row.Value[i], row.Value.AsSpan(0, i + 1));
            return;
        }
        for (var k = 0; k < row.Index.Length; k++)
        {
            if (row.Index[k] >= _m) continue;
            var (i, v) = (row.Index[k], weight * row.Value[k]);
            for (var l = 0; l < row.Index.Length; l++)
                if (row.Index[l] <= i) _h[i * _m + row.Index[l]] += v * row.Value[l];
        }
    }

    private bool FactorEqualities()
    {
        var k = _a.Length;
        if (k == 0) return true;
        _schur = new double[k * k];
        for (var i = 0; i < k; i++)
        {
            Array.Clear(_solved[i]);
            _a[i].AddTo(_solved[i], 1);
            Inverse(_solved[i]);
            for (var j = 0; j <= i; j++) _schur[i * k + j] = _schur[j * k + i] = _a[j].At(_solved[i]);
        }
        var largest = Enumerable.Range(0, k).Max(i => _schur[i * k + i]);
        return Dense.Cholesky(_schur, k, 1e-15 * largest);
    }

    /// <summary>x ← H⁻¹x, where H is all but the equalities.</summary>
    private void Inverse(Span<double> x)
    {
        for (var i = 0; i < _g.Length; i++)
        {
            if (_tail[i] is not (>= 0 and var t)) continue;
            var share = _weight[i] * _coefficient[i] * x[t] / _diagonal[t];
            AddDense(_g[i], x, -share);
        }
        Dense.SolveCholesky(_h, _m, x[.._m]);
        for (var i = 0; i < _g.Length; i++)
        {
            if (_tail[i] is not (>= 0 and var t)) continue;
            x[t] = (x[t] - _weight[i] * _coefficient[i] * DenseAt(_g[i], x)) / _diagonal[t];
        }
        foreach (var i in _alone) x[i] /= _diagonal[i];
    }

    private void AddDense(Row row, Span<double> y, double scale)
    {
        for (var k = 0; k < row.Index.Length; k++) if (row.Index[k] < _m) y[row.Index[k]] += scale * row.Value[k];
    }

    private double DenseAt(Row row, ReadOnlySpan<double> x)
    {
        var sum = 0.0;
        for (var k = 0; k < row.Index.Length; k++) if (row.Index[k] < _m) sum += row.Value[k] * x[row.Index[k]];
        return sum;
    }

    /// <summary>Solves for dx in place of the right side, and dy: A dx = −<paramref name="residual"/>.</summary>
    public void Solve(Span<double> right, double[] residual, double[] dy)
    {
        Inverse(right);
        if (_a.Length == 0) return;
        for (var i = 0; i < _a.Length; i++) dy[i] = _a[i].At(right) + residual[i];
        Dense.SolveCholesky(_schur, _a.Length, dy);
        for (var i = 0; i < _a.Length; i++) Dense.AddScaled(right, -dy[i], _solved[i]);
    }
}
