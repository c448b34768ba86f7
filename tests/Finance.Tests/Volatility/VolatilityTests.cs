using System.Globalization;
using AgentInvest.Finance.Volatility;
using AgentInvest.Testing;

namespace AgentInvest.Finance.Tests.Volatility;

public sealed class VolatilityTests
{
    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [DataFact("garch")]
    public void Garch_agrees_with_the_benchmark_of_Fiorentini_Calzolari_and_Panattoni()
    {
        var returns = File.ReadLines(Path.Combine(Checkout.Data("garch")!, "bollerslev_ghysels.txt"))
            .Skip(1)
            .Where(l => l.Trim().Length > 0)
            .Select(Number)
            .ToArray();
        var model = Garch.Fit(returns);
        Assert.Equal(-0.00619041, model.Mu, 2e-8);
        Assert.Equal(0.0107613, model.Omega, 2e-7);
        Assert.Equal(0.153134, model.Alpha, 1e-6);
        Assert.Equal(0.805974, model.Beta, 1e-6);
        Assert.Equal(-1106.60788, model.LogLikelihood, 1e-4);
        Assert.True(Garch.FitAsymmetric(returns).LogLikelihood > model.LogLikelihood);
    }

    [DataFact("skender")]
    public void Log_har_beats_ewma_out_of_sample()
    {
        var rows = File.ReadLines(Path.Combine(Checkout.Data("skender")!, "quotes", "spx.csv")).Skip(1).Select(l => l.Split(',')).ToArray();
        var variances = rows.Select(r => VolatilityForecasts.GarmanKlass(Number(r[1]), Number(r[2]), Number(r[3]), Number(r[4]))).ToArray();
        var returns = rows.Select((r, i) => i == 0 ? 0 : Math.Log(Number(r[4]) / Number(rows[i - 1][4]))).ToArray();
        var years = rows.Select(r => r[0].Split('/')[2]).ToArray();
        var start = Array.IndexOf(years, "2010");
        var forecasts = new double[rows.Length];
        LogHar? model = null;
        for (var t = start; t < rows.Length; t++)
        {
            if (years[t] != years[t - 1]) model = LogHar.Fit(variances.AsSpan(0, t), returns.AsSpan(0, t));
            forecasts[t] = model!.Forecast(variances.AsSpan(0, t), returns.AsSpan(0, t));
        }
        // With one fall in place of two it is 0.3755: the others that were tried stand at LogHar.
        Assert.Equal(0.367, VolatilityForecasts.Qlike(variances.AsSpan(start), forecasts.AsSpan(start))!.Value, 1e-3);
        Assert.Equal(
            0.469,
            VolatilityForecasts.Qlike(variances.AsSpan(start), VolatilityForecasts.Ewma(variances).AsSpan(start))!.Value,
            1e-3
        );
    }

    [Fact]
    public void A_simulated_process_is_found_again_by_its_record()
    {
        var random = new Random(7);
        var (h, returns) = (1e-4, new double[4000]);
        for (var t = 0; t < returns.Length; t++)
        {
            returns[t] = Math.Sqrt(h) * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            h = 2e-6 + (returns[t] < 0 ? 0.15 : 0.03) * returns[t] * returns[t] + 0.89 * h;
        }
        var model = Garch.FitAsymmetric(returns);
        Assert.Equal(0.12, model.Gamma, 0.05);
        Assert.Equal(0.89, model.Beta, 0.03);
        var forecast = VolatilityChoice.Choose(returns, 252)!;
        Assert.Equal("gjrGarch", forecast.Model);
        Assert.Equal(Math.Sqrt(h * 252), forecast.Value, 0.1 * Math.Sqrt(h * 252));
        Assert.Contains(forecast.Candidates, c => c.Model == "constant" && c.Qlike > forecast.Candidates[0].Qlike);
    }

    [Fact]
    public void Without_enough_returns_or_any_movement_there_is_no_forecast()
    {
        Assert.Null(VolatilityChoice.Choose(new double[500], 252));
        Assert.Null(VolatilityChoice.Choose(Enumerable.Range(0, 59).Select(i => 0.01 * (i % 3 - 1)).ToArray(), 252));
    }
}
