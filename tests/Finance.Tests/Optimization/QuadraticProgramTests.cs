using AgentInvest.Finance.Optimization;
using FsCheck;
using FsCheck.Fluent;

namespace AgentInvest.Finance.Tests.Optimization;

public sealed class QuadraticProgramTests
{
    /// <summary>A random program that has a solution: its limits are drawn around a point that satisfies them.</summary>
    private static (QuadraticProgram Program, double[] Feasible, Random Random) Draw(int seed)
    {
        var random = new Random(seed);
        var n = random.Next(2, 25);
        // Of fewer factors than variables at times, and at times of none: singular, or a linear program.
        var factors = random.Next(0, 2 * n);
        var f = Enumerable.Range(0, factors).Select(_ => Enumerable.Range(0, n).Select(_ => random.NextDouble() - 0.5).ToArray()).ToArray();
        var p = Enumerable.Range(0, n * n).Select(k => f.Sum(r => r[k / n] * r[k % n])).ToArray();
        var raw = Enumerable.Range(0, n).Select(_ => random.Next(4) == 0 ? 0 : random.NextDouble()).Append(1e-3).Take(n).ToArray();
        var x = raw.Sum() > 0 ? raw.Select(v => v / raw.Sum()).ToArray() : raw.Select(_ => 1.0 / n).ToArray();
        var rows = Enumerable
            .Range(0, random.Next(0, 4))
            .Select(_ => Enumerable.Range(0, n).Select(_ => random.NextDouble() - 0.5).ToArray())
            .Select(g => Row.Of(g, g.Zip(x, (a, b) => a * b).Sum() + random.Next(2) * 0.05))
            .ToList();
        var upper = x.Select(v => random.Next(5) == 0 ? v + 0.05 : 1).ToArray();
        return (
            new QuadraticProgram(
                n,
                factors == 0 ? null : p,
                Enumerable.Range(0, n).Select(_ => random.NextDouble() - 0.5).ToArray(),
                new double[n],
                upper
            )
            {
                Equalities = { Row.Of(Enumerable.Repeat(1.0, n).ToArray(), 1) },
                Inequalities = rows,
            },
            x,
            random
        );
    }

    [Fact]
    public void The_conditions_of_optimality_hold_and_no_feasible_point_is_better() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var (program, feasible, random) = Draw(seed);
            var solution = program.Solve();
            Assert.True(solution.Converged, $"seed {seed}");
            Assert.True(solution.Residual(program) < 1e-8, $"seed {seed}: {solution.Residual(program)}");
            var best = program.Objective(solution.X);
            for (var i = 0; i < 20; i++)
            {
                // Anything between two feasible points is feasible.
                var share = i == 0 ? 1 : random.NextDouble();
                var point = solution.X.Zip(feasible, (a, b) => (1 - share) * a + share * b).ToArray();
                Assert.True(program.Objective(point) >= best - 1e-9, $"seed {seed}");
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_solution_known_in_closed_form_is_found_to_the_last_digits()
    {
        // Two uncorrelated assets: least variance in inverse proportion to their variances.
        var solution = new QuadraticProgram(2, [0.04, 0, 0, 0.01], [0, 0], [0, 0], [1, 1]) { Equalities = { Row.Of([1, 1], 1) } }.Solve();
        Assert.Equal([0.2, 0.8], solution.X.Select(v => Math.Round(v, 12)));
        // With at most 0.7 in the second, the bound's multiplier is what loosening it would save.
        var bound = new QuadraticProgram(2, [0.04, 0, 0, 0.01], [0, 0], [0, 0], [1, 0.7]) { Equalities = { Row.Of([1, 1], 1) } }.Solve();
        Assert.Equal([0.3, 0.7], bound.X.Select(v => Math.Round(v, 12)));
        Assert.Equal(0.04 * 0.3 - 0.01 * 0.7, bound.AtUpper[1], 1e-10);
    }

    [Fact]
    public void A_variable_with_equal_bounds_stays_there()
    {
        var program = new QuadraticProgram(3, [1, 0, 0, 0, 1, 0, 0, 0, 1], [0, 0, 0], [0.5, 0, 0], [0.5, 1, 1])
        {
            Equalities = { Row.Of([1, 1, 1], 1) },
        };
        var solution = program.Solve();
        Assert.Equal([0.5, 0.25, 0.25], solution.X.Select(v => Math.Round(v, 10)));
        Assert.True(solution.Residual(program) < 1e-9);
    }

    [Fact]
    public void A_program_without_a_feasible_point_does_not_converge()
    {
        Assert.False(
            new QuadraticProgram(2, [1, 0, 0, 1], [0, 0], [0, 0], [0.4, 0.4]) { Equalities = { Row.Of([1, 1], 1) } }
                .Solve()
                .Converged
        );
    }

    [Fact]
    public void A_thousand_variables_without_curvature_cost_little()
    {
        // The mean excess over a threshold, as a linear program: its optimum is the mean of the largest tenth.
        var losses = Enumerable.Range(0, 1000).Select(i => Math.Sin(i * 12.9898) * 3).ToArray();
        var q = new double[1001];
        Array.Fill(q, 1 / 100.0, 1, 1000);
        q[0] = 1;
        var lower = new double[1001];
        lower[0] = double.NegativeInfinity;
        var program = new QuadraticProgram(1, null, q, lower, Enumerable.Repeat(double.PositiveInfinity, 1001).ToArray())
        {
            Inequalities = losses.Select((l, i) => new Row([0, i + 1], [-1, -1], -l)).ToList(),
        };
        Assert.Equal(losses.OrderDescending().Take(100).Average(), program.Objective(program.Solve().X), 1e-9);
    }
}
