namespace AgentInvest.Finance.Optimization;

/// <summary>Portfolios from risk alone.</summary>
public static class RiskParity
{
    /// <summary>
    /// Weights whose contributions w·(Σw) to variance are all equal: the minimum of ½x'Σx − Σ ln x ÷ n (Spinu 2013), by damped Newton
    /// steps, scaled to sum to 1. It is unique and positive.
    /// </summary>
    public static double[] Weights(double[] covariance, int n)
    {
        var x = Enumerable.Range(0, n).Select(i => 1 / Math.Sqrt(n * covariance[i * n + i])).ToArray();
        for (var iteration = 0; iteration < 100; iteration++)
        {
            var gradient = Dense.Multiply(covariance, x);
            var h = (double[])covariance.Clone();
            var error = 0.0;
            for (var i = 0; i < n; i++)
            {
                error = Math.Max(error, Math.Abs(gradient[i] * x[i] * n - 1));
                gradient[i] -= 1 / (n * x[i]);
                h[i * n + i] += 1 / (n * x[i] * x[i]);
            }
            if (error < 1e-13) break;
            Dense.Cholesky(h, n, 1e-300);
            var step = (double[])gradient.Clone();
            Dense.SolveCholesky(h, n, step);
            // Self-concordance: the full step once the decrement is small, a damped one before.
            var decrement = Math.Sqrt(Math.Max(0, Dense.Dot(gradient, step)) * n);
            Dense.AddScaled(x, decrement < 0.25 ? -1 : -1 / (1 + decrement), step);
        }
        var sum = x.Sum();
        return x.Select(v => v / sum).ToArray();
    }
}

/// <summary>
/// Hierarchical risk parity (López de Prado 2016): assets are put in an order in which alike ones are neighbours, by single linkage on the
/// distance √(½(1 − ρ)), then risk is split between the halves of that order, again and again, in inverse proportion to the variance of
/// each.
/// </summary>
public static class HierarchicalRiskParity
{
    /// <param name="correlation">Row-major.</param>
    public static double[] Weights(double[] covariance, double[] correlation, int n)
    {
        var weights = Enumerable.Repeat(1.0, n).ToArray();
        var pending = new Stack<int[]>([Order(correlation, n)]);
        while (pending.TryPop(out var group))
        {
            if (group.Length < 2) continue;
            var (left, right) = (group[..(group.Length / 2)], group[(group.Length / 2)..]);
            var (a, b) = (ClusterVariance(covariance, n, left), ClusterVariance(covariance, n, right));
            foreach (var i in left) weights[i] *= b / (a + b);
            foreach (var i in right) weights[i] *= a / (a + b);
            pending.Push(left);
            pending.Push(right);
        }
        return weights;
    }

    /// <summary>Of the inverse-variance portfolio of a group.</summary>
    private static double ClusterVariance(double[] covariance, int n, int[] group)
    {
        var weights = group.Select(i => 1 / covariance[i * n + i]).ToArray();
        var sum = weights.Sum();
        var variance = 0.0;
        for (var i = 0; i < group.Length; i++)
        for (var j = 0; j < group.Length; j++)
            variance += weights[i] * weights[j] * covariance[group[i] * n + group[j]];
        return variance / (sum * sum);
    }

    /// <summary>
    /// The leaves of the single-linkage tree from left to right, the older cluster of each merger on the left (as SciPy numbers them).
    /// </summary>
    internal static int[] Order(double[] correlation, int n)
    {
        var clusters = Enumerable.Range(0, n).ToDictionary(i => i, i => new[] { i });
        var owner = Enumerable.Range(0, n).ToArray();
        var next = n;
        foreach (var (from, to) in SpanningTree(correlation, n))
        {
            var (a, b) = (Math.Min(owner[from], owner[to]), Math.Max(owner[from], owner[to]));
            int[] merged = [.. clusters[a], .. clusters[b]];
            clusters.Remove(a);
            clusters.Remove(b);
            clusters[next] = merged;
            foreach (var i in merged) owner[i] = next;
            next++;
        }
        return clusters[next - 1];
    }

    /// <summary>Prim's algorithm; its edges by length are the mergers of single linkage.</summary>
    private static IEnumerable<(int From, int To)> SpanningTree(double[] correlation, int n)
    {
        var (distance, near, inside) = (Enumerable.Repeat(double.PositiveInfinity, n).ToArray(), new int[n], new bool[n]);
        var edges = new List<(int From, int To, double Length)>();
        for (var (added, count) = (0, 1); count < n; count++)
        {
            inside[added] = true;
            var best = -1;
            for (var j = 0; j < n; j++)
            {
                if (inside[j]) continue;
                var d = Math.Sqrt(Math.Clamp((1 - correlation[added * n + j]) / 2, 0, 1));
                if (d < distance[j]) (distance[j], near[j]) = (d, added);
                if (best < 0 || distance[j] < distance[best]) best = j;
            }
            edges.Add((near[best], best, distance[best]));
            added = best;
        }
        return edges.OrderBy(e => e.Length).Select(e => (e.From, e.To));
    }
}
