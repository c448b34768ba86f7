namespace AgentInvest.Finance.Optimization;

/// <param name="Weights">The portfolio that is viewed, by asset.</param>
/// <param name="Return">What it is expected to return in a year.</param>
/// <param name="Confidence">0 to 1, after Idzorek; null: as uncertain as the prior, diag(τPΣP').</param>
public sealed record View(double[] Weights, double Return, double? Confidence);

/// <summary>Expected returns that blend a prior with views (Black and Litterman 1992; He and Litterman 1999).</summary>
public static class BlackLitterman
{
    /// <summary>What the market's weights imply: δ·Σw + risk-free rate.</summary>
    public static double[] MarketPrior(double[] covariance, double[] marketCaps, double riskAversion, double riskFree)
    {
        var sum = marketCaps.Sum();
        return Dense.Multiply(covariance, marketCaps.Select(c => c / sum).ToArray()).Select(x => riskAversion * x + riskFree).ToArray();
    }

    /// <returns>π + τΣP'(PτΣP' + Ω)⁻¹(Q − Pπ), and the covariance Σ + τΣ − τΣP'(PτΣP' + Ω)⁻¹PτΣ of returns around it.</returns>
    public static (double[] Returns, double[] Covariance) Posterior(
        double[] covariance,
        double[] prior,
        IReadOnlyList<View> views,
        double tau
    )
    {
        var (n, k) = (prior.Length, views.Count);
        var towards = views.Select(v => Dense.Multiply(covariance, v.Weights).Select(x => tau * x).ToArray()).ToArray();
        var a = new double[k * k];
        for (var i = 0; i < k; i++)
        {
            for (var j = 0; j < k; j++) a[i * k + j] = Dense.Dot(views[i].Weights, towards[j]);
            // Idzorek's closed form (Walters 2014): uncertainty is (1 − c) ÷ c times the prior's; at c = 0 it is 1e12.
            a[i * k + i] += a[i * k + i] * (views[i].Confidence is { } c ? c <= 0 ? 1e12 : (1 - c) / c : 1);
        }
        var returns = (double[])prior.Clone();
        var posterior = covariance.Select(x => x * (1 + tau)).ToArray();
        if (k == 0) return (returns, posterior);
        // Two identical views held with certainty make the system singular up to rounding.
        for (var i = 0; i < k; i++) a[i * k + i] *= 1 + 1e-12;
        var surprise =
            Dense.Solve(a, views.Select(v => v.Return - Dense.Dot(v.Weights, prior)).ToArray())
            ?? throw new ArgumentException("The views contradict each other with certainty.", nameof(views));
        for (var i = 0; i < k; i++) Dense.AddScaled(returns, surprise[i], towards[i]);
        for (var column = 0; column < n; column++)
        {
            var solved = Dense.Solve(a, towards.Select(t => t[column]).ToArray())!;
            for (var row = 0; row < n; row++) for (var i = 0; i < k; i++) posterior[row * n + column] -= towards[i][row] * solved[i];
        }
        return (returns, posterior);
    }
}
