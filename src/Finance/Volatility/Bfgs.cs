using AgentInvest.Finance.Optimization;

namespace AgentInvest.Finance.Volatility;

/// <summary>
/// Minimises a smooth function of a handful of variables: the method of Broyden, Fletcher, Goldfarb and Shanno with central differences,
/// then <see cref="Polish"/> for the digits lost to cancellation in differences of the function's values.
/// </summary>
internal static class Bfgs
{
    public static double[] Minimise(Func<double[], double> f, double[] start, int maxIterations = 200)
    {
        var n = start.Length;
        var (x, value) = ((double[])start.Clone(), f(start));
        var gradient = Gradient(f, x);
        var inverse = Identity(n);
        for (var iteration = 0; iteration < maxIterations; iteration++)
        {
            var direction = new double[n];
            for (var i = 0; i < n; i++) for (var j = 0; j < n; j++) direction[i] -= inverse[i, j] * gradient[j];
            var slope = Dot(gradient, direction);
            if (slope >= 0)
            {
                (inverse, direction) = (Identity(n), gradient.Select(g => -g).ToArray());
                slope = Dot(gradient, direction);
            }
            // No step longer than 2 in any variable: they are logs and logits.
            var length = Math.Min(1, 2 / Math.Max(1e-300, direction.Max(Math.Abs)));
            double[] next;
            double nextValue;
            while (true)
            {
                next = x.Zip(direction, (a, d) => a + length * d).ToArray();
                nextValue = f(next);
                if (nextValue <= value + 1e-4 * length * slope) break;
                length /= 2;
                if (length < 1e-8) return x;
            }
            var nextGradient = Gradient(f, next);
            var (s, y) = (next.Zip(x, (a, b) => a - b).ToArray(), nextGradient.Zip(gradient, (a, b) => a - b).ToArray());
            (x, value, gradient) = (next, nextValue, nextGradient);
            if (gradient.Max(Math.Abs) < 1e-7) break;
            var sy = Dot(s, y);
            if (sy > 1e-16) inverse = Update(inverse, s, y, sy);
        }
        return x;
    }

    /// <summary>Newton steps on the gradient alone, as long as they make it smaller.</summary>
    public static double[] Polish(Func<double[], double> f, double[] start)
    {
        var n = start.Length;
        var (x, gradient) = (start, Gradient(f, start));
        for (var iteration = 0; iteration < 5; iteration++)
        {
            var hessian = new double[n * n];
            for (var i = 0; i < n; i++)
            {
                var (up, down) = ((double[])x.Clone(), (double[])x.Clone());
                (up[i], down[i]) = (x[i] + 1e-3, x[i] - 1e-3);
                var (a, b) = (Gradient(f, up), Gradient(f, down));
                for (var j = 0; j < n; j++) hessian[i * n + j] = (a[j] - b[j]) / 2e-3;
            }
            if (Dense.Solve(hessian, gradient) is not { } step || !(step.Max(Math.Abs) < 0.5)) break;
            var next = x.Zip(step, (a, d) => a - d).ToArray();
            var nextGradient = Gradient(f, next);
            if (!(nextGradient.Max(Math.Abs) < gradient.Max(Math.Abs))) break;
            (x, gradient) = (next, nextGradient);
        }
        return x;
    }

    private static double[,] Update(double[,] h, double[] s, double[] y, double sy)
    {
        var n = s.Length;
        var hy = new double[n];
        for (var i = 0; i < n; i++) for (var j = 0; j < n; j++) hy[i] += h[i, j] * y[j];
        var yhy = Dot(y, hy);
        var next = new double[n, n];
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++) next[i, j] = h[i, j] + (1 + yhy / sy) * s[i] * s[j] / sy - (hy[i] * s[j] + s[i] * hy[j]) / sy;
        return next;
    }

    private static double[] Gradient(Func<double[], double> f, double[] x)
    {
        var gradient = new double[x.Length];
        var at = (double[])x.Clone();
        for (var i = 0; i < x.Length; i++)
        {
            double CentralDifference(double step)
            {
                at[i] = x[i] + step;
                var up = f(at);
                at[i] = x[i] - step;
                return (up - f(at)) / (2 * step);
            }
            // Richardson's extrapolation: what is left is of the fourth order.
            const double step = 1e-3;
            gradient[i] = (4 * CentralDifference(step) - CentralDifference(2 * step)) / 3;
            at[i] = x[i];
        }
        return gradient;
    }

    private static double[,] Identity(int n)
    {
        var identity = new double[n, n];
        for (var i = 0; i < n; i++) identity[i, i] = 1;
        return identity;
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
