namespace AgentInvest.Finance.Volatility;

/// <summary>
/// σ²ₜ = ω + (α + γ·[εₜ₋₁ &lt; 0])·ε²ₜ₋₁ + β·σ²ₜ₋₁ around a constant mean; γ = 0 is GARCH(1,1) (Bollerslev 1986), else GJR-GARCH (Glosten,
/// Jagannathan and Runkle 1993).
/// </summary>
/// <param name="LogLikelihood">Of the normal density, constants included.</param>
public sealed record GarchModel(double Mu, double Omega, double Alpha, double Gamma, double Beta, double LogLikelihood)
{
    /// <summary>The variance expected of each period, from those before it, and of the one after the last.</summary>
    public double[] Variances(ReadOnlySpan<double> returns) => Garch.Filter(this, returns, returns);

    /// <summary>The same over more returns than the first variance was taken from.</summary>
    internal double[] Continue(ReadOnlySpan<double> seen, ReadOnlySpan<double> returns) => Garch.Filter(this, seen, returns);
}

/// <summary>
/// Quasi maximum likelihood: the normal likelihood, whatever the returns' distribution, with the first variance that of the sample (the
/// benchmark of Fiorentini, Calzolari and Panattoni 1996).
/// </summary>
public static class Garch
{
    public static GarchModel Fit(ReadOnlySpan<double> returns) => Fit(returns, asymmetric: false);

    public static GarchModel FitAsymmetric(ReadOnlySpan<double> returns) => Fit(returns, asymmetric: true);

    private static GarchModel Fit(ReadOnlySpan<double> returns, bool asymmetric)
    {
        // In units of their own deviation, so that one set of starting points and steps suits all.
        var unit = Math.Sqrt(MeanSquare(returns, Mean(returns)));
        if (!(unit > 0)) throw new ArgumentException("The returns do not vary.", nameof(returns));
        var y = new double[returns.Length];
        for (var t = 0; t < y.Length; t++) y[t] = returns[t] / unit;
        double Loss(double[] p) => -LogLikelihood(Model(p, asymmetric), y) / y.Length;
        double[]? best = null;
        foreach (var (arch, persistence) in new[] { (0.05, 0.98), (0.1, 0.9), (0.2, 0.7) })
        {
            // Mean, log of the unconditional variance, logit of the persistence, log of the shares of shocks in it.
            double[] start =
            [
                Mean(y),
                0,
                Math.Log(persistence / (1 - persistence)),
                Math.Log(arch / persistence / (1 - arch / persistence)),
                .. asymmetric ? [Math.Log(arch / persistence / (1 - arch / persistence))] : Array.Empty<double>(),
            ];
            var found = Bfgs.Minimise(Loss, start);
            if (best is null || Loss(found) < Loss(best)) best = found;
        }
        var m = Model(Bfgs.Polish(Loss, best!), asymmetric);
        var fitted = m with { Mu = m.Mu * unit, Omega = m.Omega * unit * unit };
        return fitted with { LogLikelihood = LogLikelihood(fitted, returns) };
    }

    /// <summary>Free parameters to those of the model: variances positive and stationary whatever they are.</summary>
    private static GarchModel Model(double[] p, bool asymmetric)
    {
        var persistence = 1 / (1 + Math.Exp(-p[2]));
        var (after, fall, rest) = (Math.Exp(Math.Min(p[3], 50)), asymmetric ? Math.Exp(Math.Min(p[4], 50)) : 0, 1.0);
        var sum = after + fall + rest;
        // Rises and falls carry half of the persistence each where they differ.
        var (alpha, negative) = asymmetric
            ? (2 * persistence * after / sum, 2 * persistence * fall / sum)
            : (persistence * after / sum, persistence * after / sum);
        return new GarchModel(p[0], Math.Exp(p[1]) * (1 - persistence), alpha, negative - alpha, persistence * rest / sum, 0);
    }

    private static double LogLikelihood(GarchModel m, ReadOnlySpan<double> y)
    {
        var h = m.Omega + (m.Alpha + m.Gamma / 2 + m.Beta) * MeanSquare(y, m.Mu);
        var sum = 0.0;
        foreach (var x in y)
        {
            var e = x - m.Mu;
            sum += Math.Log(h) + e * e / h;
            h = m.Omega + (e < 0 ? m.Alpha + m.Gamma : m.Alpha) * e * e + m.Beta * h;
        }
        return -(sum + y.Length * Math.Log(2 * Math.PI)) / 2;
    }

    internal static double[] Filter(GarchModel m, ReadOnlySpan<double> seen, ReadOnlySpan<double> y)
    {
        var h = new double[y.Length + 1];
        h[0] = m.Omega + (m.Alpha + m.Gamma / 2 + m.Beta) * MeanSquare(seen, m.Mu);
        for (var t = 0; t < y.Length; t++)
        {
            var e = y[t] - m.Mu;
            h[t + 1] = m.Omega + (e < 0 ? m.Alpha + m.Gamma : m.Alpha) * e * e + m.Beta * h[t];
        }
        return h;
    }

    private static double Mean(ReadOnlySpan<double> y)
    {
        var sum = 0.0;
        foreach (var x in y) sum += x;
        return sum / y.Length;
    }

    private static double MeanSquare(ReadOnlySpan<double> y, double mean)
    {
        var sum = 0.0;
        foreach (var x in y) sum += (x - mean) * (x - mean);
        return sum / y.Length;
    }
}
