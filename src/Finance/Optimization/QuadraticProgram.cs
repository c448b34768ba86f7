namespace AgentInvest.Finance.Optimization;

/// <summary>
/// One sparse row: Σ value·x[index], beside <paramref name="Bound"/>; indices each once, ascending where they are all of the first
/// variables.
/// </summary>
public sealed record Row(int[] Index, double[] Value, double Bound)
{
    internal double At(ReadOnlySpan<double> x)
    {
        var sum = 0.0;
        for (var k = 0; k < Index.Length; k++) sum += Value[k] * x[Index[k]];
        return sum;
    }

    /// <summary>y += scale·row.</summary>
    internal void AddTo(Span<double> y, double scale)
    {
        for (var k = 0; k < Index.Length; k++) y[Index[k]] += scale * Value[k];
    }

    /// <summary>A row over all of the first variables.</summary>
    public static Row Of(double[] values, double bound) => new(Enumerable.Range(0, values.Length).ToArray(), values, bound);
}

/// <summary>
/// min ½x'Px + q'x subject to equalities, inequalities (row ≤ bound) and lower ≤ x ≤ upper; infinite bounds are none. P is symmetric
/// positive semidefinite, row-major, over the first <see cref="Dense"/> variables (null: a linear program); the others have no curvature
/// and each is in at most one inequality, so that a thousand of them cost little more than their number.
/// </summary>
public sealed class QuadraticProgram(int dense, double[]? p, double[] linear, double[] lower, double[] upper)
{
    public int Dense => dense;
    public int Count => linear.Length;
    public double[]? P => p;
    public double[] Linear => linear;
    public double[] Lower => lower;
    public double[] Upper => upper;
    public List<Row> Equalities { get; init; } = [];
    public List<Row> Inequalities { get; init; } = [];

    public double Objective(ReadOnlySpan<double> x) =>
        Optimization.Dense.Dot(linear, x) + (p is null ? 0 : Optimization.Dense.Quadratic(p, x[..dense]) / 2);

    /// <summary>How far x is outside the constraints: the largest violation.</summary>
    public double Violation(ReadOnlySpan<double> x)
    {
        var worst = 0.0;
        foreach (var row in Equalities) worst = Math.Max(worst, Math.Abs(row.At(x) - row.Bound));
        foreach (var row in Inequalities) worst = Math.Max(worst, row.At(x) - row.Bound);
        for (var i = 0; i < x.Length; i++) worst = Math.Max(worst, Math.Max(lower[i] - x[i], x[i] - upper[i]));
        return worst;
    }

    public QuadraticSolution Solve() => new InteriorPoint(this).Run();
}

/// <param name="Equality">Multipliers of the equalities, any sign.</param>
/// <param name="Inequality">Multipliers of the inequalities, 0 or more.</param>
/// <param name="AtLower">Multipliers of the lower bounds, 0 or more; <paramref name="AtUpper"/> likewise.</param>
/// <param name="Converged">Whether the conditions of Karush, Kuhn and Tucker hold to <see cref="InteriorPoint.Tolerance"/>.</param>
public sealed record QuadraticSolution(
    double[] X,
    double[] Equality,
    double[] Inequality,
    double[] AtLower,
    double[] AtUpper,
    int Iterations,
    bool Converged
)
{
    /// <summary>The largest of what stationarity, feasibility and complementarity lack.</summary>
    public double Residual(QuadraticProgram program)
    {
        var gradient = (double[])program.Linear.Clone();
        if (program.P is { } p)
        {
            var px = Dense.Multiply(p, X.AsSpan(0, program.Dense));
            for (var i = 0; i < px.Length; i++) gradient[i] += px[i];
        }
        for (var i = 0; i < Equality.Length; i++) program.Equalities[i].AddTo(gradient, Equality[i]);
        var worst = program.Violation(X);
        for (var i = 0; i < Inequality.Length; i++)
        {
            program.Inequalities[i].AddTo(gradient, Inequality[i]);
            worst = Math.Max(worst, Math.Abs(Inequality[i] * (program.Inequalities[i].Bound - program.Inequalities[i].At(X))));
        }
        for (var i = 0; i < X.Length; i++)
        {
            worst = Math.Max(worst, Math.Abs(gradient[i] - AtLower[i] + AtUpper[i]));
            if (AtLower[i] > 0) worst = Math.Max(worst, AtLower[i] * Math.Abs(X[i] - program.Lower[i]));
            if (AtUpper[i] > 0) worst = Math.Max(worst, AtUpper[i] * Math.Abs(program.Upper[i] - X[i]));
        }
        return worst;
    }
}
