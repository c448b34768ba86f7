namespace AgentInvest.Finance.Optimization;

/// <param name="Name">As the request calls it, such as <c>constraints.maxWeight</c>.</param>
public sealed record Conflict(string Constraint, string Detail);

/// <summary>No portfolio satisfies what was asked; without any one of the conflicts one would.</summary>
public sealed class InfeasibleException(IReadOnlyList<Conflict> conflicts)
    : Exception("No portfolio satisfies " + string.Join(" and ", conflicts.Select(c => c.Constraint)) + ".")
{
    public IReadOnlyList<Conflict> Conflicts { get; } = conflicts;
}

/// <param name="Members">Indices of the assets.</param>
public sealed record SectorCap(string Name, int[] Members, double Max);

/// <summary>
/// What a portfolio's weights, which sum to 1, must satisfy. Without anything given: none negative; not long only: −1 to 1.
/// </summary>
public sealed record Limits(int Count)
{
    public bool LongOnly { get; init; } = true;
    public double? MinWeight { get; init; }
    public double? MaxWeight { get; init; }
    public IReadOnlyList<SectorCap> Sectors { get; init; } = [];

    /// <summary>Weights held now; needed for <see cref="TurnoverMax"/> and where trades cost something.</summary>
    public double[]? Current { get; init; }

    /// <summary>Maximum of ½·Σ|w − current|.</summary>
    public double? TurnoverMax { get; init; }

    /// <summary>Minimum expected return, of <see cref="Expected"/>.</summary>
    public double? TargetReturn { get; init; }
    public double[]? Expected { get; init; }

    public double Lower => MinWeight ?? (LongOnly ? 0 : -1);
    public double Upper => MaxWeight ?? 1;

    /// <summary>Whether anything beyond the default bounds is asked, so that there may be no portfolio.</summary>
    private bool MayConflict => MinWeight > 0 || MaxWeight < 1 || Sectors.Count > 0 || TurnoverMax is not null || TargetReturn is not null;

    /// <summary>
    /// The program over the weights; <paramref name="scaled"/> adds a variable κ by which all limits are multiplied, right after the
    /// weights. With <paramref name="trades"/> or a limit on turnover what is bought of each asset follows, at <paramref name="price"/>
    /// each in the objective.
    /// </summary>
    internal QuadraticProgram Program(double[]? p, double[] linear, bool scaled = false, bool trades = false, double price = 0)
    {
        var n = Count;
        var dense = scaled ? n + 1 : n;
        var tails = TurnoverMax is not null ? n + 1 : trades ? n : 0;
        var (q, lower, upper) = (new double[dense + tails], new double[dense + tails], new double[dense + tails]);
        linear.CopyTo(q, 0);
        if (trades) Array.Fill(q, price, dense, n);
        Array.Fill(upper, double.PositiveInfinity);
        var (equal, rows) = (new List<Row>(), new List<Row>());
        // Σ value·x ≤ bound, or ≤ bound·κ.
        Row Make(IEnumerable<int> index, IEnumerable<double> value, double bound) =>
            scaled ? new Row([.. index, n], [.. value, -bound], 0) : new Row([.. index], [.. value], bound);
        var all = Enumerable.Range(0, n).ToArray();
        equal.Add(Make(all, all.Select(_ => 1.0), 1));
        for (var i = 0; i < n; i++)
        {
            (lower[i], upper[i]) = scaled ? (Lower == 0 ? 0 : double.NegativeInfinity, double.PositiveInfinity) : (Lower, Upper);
            if (!scaled) continue;
            if (Lower != 0) rows.Add(Make([i], [-1], -Lower));
            // Bounds of 0 and 1 follow from weights of 0 and more that sum to 1, and need no rows.
            if (Lower < 0 || Upper < 1) rows.Add(Make([i], [1], Upper));
        }
        foreach (var cap in Sectors) rows.Add(Make(cap.Members, cap.Members.Select(_ => 1.0), cap.Max));
        if (TargetReturn is { } target)
        {
            // In units of the largest of them: of whatever size returns are, rows are about 1.
            var unit = Math.Max(Expected!.Max(Math.Abs), 1e-12);
            rows.Add(Make(all, Expected!.Select(m => -m / unit), -target / unit));
        }
        // What is bought: u ≥ w − current. Purchases less sales are 1 − Σ current, so sales need no variables.
        for (var i = 0; i < n && tails > 0; i++) rows.Add(Make([i, dense + i], [1, -1], Current![i]));
        if (TurnoverMax is { } turnover)
            equal.Add(Make(Enumerable.Range(dense, n + 1), Enumerable.Repeat(1.0, n + 1), turnover + (1 - Current!.Sum()) / 2));
        return new QuadraticProgram(dense, p, q, lower, upper) { Equalities = equal, Inequalities = rows };
    }

    /// <exception cref="InfeasibleException">No weights satisfy all.</exception>
    public void Check()
    {
        if (MayConflict && Shortfall() > Tolerance) throw new InfeasibleException(Conflicts(l => l.Shortfall() > Tolerance));
    }

    private const double Tolerance = 1e-8;

    /// <summary>
    /// A smallest set that cannot hold together, by leaving out one after the other what <paramref name="infeasible"/> does not need. Long
    /// only goes first: it is named only where allowing short positions would help.
    /// </summary>
    internal IReadOnlyList<Conflict> Conflicts(Func<Limits, bool> infeasible)
    {
        var (limits, conflicts) = (this, new List<Conflict>());
        void Try(bool given, string name, string detail, Limits without)
        {
            if (!given) return;
            if (infeasible(without)) limits = without;
            else conflicts.Add(new Conflict(name, detail));
        }
        Try(LongOnly && MinWeight is null, "constraints.longOnly", "no weight may be negative", limits with { LongOnly = false });
        Try(
            TurnoverMax is not null,
            "constraints.turnoverMax",
            Text($"at most {TurnoverMax} of the portfolio may change hands"),
            limits with
            {
                TurnoverMax = null,
            }
        );
        foreach (var cap in Sectors)
            Try(
                true,
                "constraints.sectorMax." + cap.Name,
                Text($"{cap.Members.Length} assets together at most {cap.Max}"),
                limits with
                {
                    Sectors = limits.Sectors.Where(s => s != cap).ToList(),
                }
            );
        Try(
            MinWeight is not null,
            "constraints.minWeight",
            Text($"each of {Count} assets at least {MinWeight}"),
            limits with
            {
                MinWeight = null,
            }
        );
        Try(
            MaxWeight is not null,
            "constraints.maxWeight",
            Text($"each of {Count} assets at most {MaxWeight}"),
            limits with
            {
                MaxWeight = null,
            }
        );
        Try(
            TargetReturn is not null,
            "targetReturn",
            Text($"an expected return of at least {TargetReturn}"),
            limits with
            {
                TargetReturn = null,
            }
        );
        return conflicts;
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);

    /// <summary>The smallest relaxation t of the limits that admits a portfolio: a linear program in the weights and t.</summary>
    private double Shortfall()
    {
        var n = Count;
        var program = Program(null, new double[n]);
        // Bounds −1 … 1 stay; every other limit is relaxed by t, the last of the dense variables.
        int Shift(int i) => i < n ? i : i + 1;
        Row Elastic(Row row, double t) => new([.. row.Index.Select(Shift), n], [.. row.Value, t], row.Bound);
        var count = program.Count + 1;
        var (q, lower, upper) = (new double[count], new double[count], new double[count]);
        q[n] = 1;
        Array.Fill(upper, double.PositiveInfinity);
        var (equal, rows) = (
            new List<Row> { program.Equalities[0] },
            program.Inequalities.Select(r => Elastic(r, r.Index[^1] >= n ? 0 : -1)).ToList()
        );
        foreach (var row in program.Equalities.Skip(1)) equal.Add(Elastic(row, -1));
        for (var i = 0; i < n; i++)
        {
            (lower[i], upper[i]) = (Math.Min(Lower, -1), Math.Max(Upper, 1));
            rows.Add(new Row([i, n], [-1, -1], -Lower));
            rows.Add(new Row([i, n], [1, -1], Upper));
        }
        var solution = new QuadraticProgram(n + 1, null, q, lower, upper) { Equalities = equal, Inequalities = rows }.Solve();
        return solution.X[n];
    }
}
