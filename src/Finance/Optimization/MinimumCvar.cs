namespace AgentInvest.Finance.Optimization;

/// <summary>
/// The portfolio whose mean loss in the worst (1 − confidence) of the days is least: the linear program of Rockafellar and Uryasev (2000),
/// min α + Σ u ÷ ((1 − c) T) with u ≥ loss − α, u ≥ 0.
/// </summary>
public static class MinimumCvar
{
    /// <returns>The weights, and that mean loss of a day, positive.</returns>
    public static (double[] Weights, double Cvar) Solve(ReturnTable table, Limits limits, double confidence)
    {
        limits.Check();
        var (n, first) = (table.Count, table.Complete);
        var days = table.Days - first;
        var basis = limits.Program(null, new double[n]);
        // The dense variables: weights, then α. The others: those of the limits, then one u a day.
        int Shift(int i) => i < n ? i : i + 1;
        var start = basis.Count + 1;
        var (q, lower, upper) = (new double[start + days], new double[start + days], new double[start + days]);
        for (var i = 0; i < basis.Count; i++) (lower[Shift(i)], upper[Shift(i)]) = (basis.Lower[i], basis.Upper[i]);
        // Returns of a day are small beside weights: losses are counted in their mean size.
        var unit = Math.Max(Enumerable.Range(0, n).Average(i => MeanSize(table.From(i, first))), 1e-12);
        (q[n], lower[n], upper[n]) = (1, double.NegativeInfinity, double.PositiveInfinity);
        var rows = basis.Inequalities.Select(Moved).ToList();
        for (var t = 0; t < days; t++)
        {
            (q[start + t], upper[start + t]) = (1 / ((1 - confidence) * days), double.PositiveInfinity);
            var values = new double[n + 2];
            for (var i = 0; i < n; i++) values[i] = -table.At(i, first + t) / unit;
            (values[n], values[n + 1]) = (-1, -1);
            rows.Add(new Row([.. Enumerable.Range(0, n + 1), start + t], values, 0));
        }
        Row Moved(Row row) => row with { Index = row.Index.Select(Shift).ToArray() };
        var program = new QuadraticProgram(n + 1, null, q, lower, upper)
        {
            Equalities = basis.Equalities.Select(Moved).ToList(),
            Inequalities = rows,
        };
        var solution = program.Solve();
        var w = solution.X.Take(n).Select(v => Math.Abs(v) < 1e-8 ? 0 : Math.Clamp(v, limits.Lower, limits.Upper)).ToArray();
        w[Array.IndexOf(w, w.MaxBy(Math.Abs))] += 1 - w.Sum();
        return (w, program.Objective(solution.X) * unit);
    }

    private static double MeanSize(ReadOnlySpan<double> r)
    {
        var sum = 0.0;
        foreach (var x in r) sum += Math.Abs(x);
        return r.Length == 0 ? 0 : sum / r.Length;
    }
}
