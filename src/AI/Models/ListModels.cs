using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Finance.Volatility;
using AgentInvest.Market.History;

namespace AgentInvest.AI.Models;

/// <summary>GET /ai/models: the models that forecast, each with its record out of sample.</summary>
[Singleton]
public sealed class ListModels(AdjustedCloses closes, Cache cache, TimeProvider time)
{
    private const string Reference = "SPY";
    private const int Days = 1260;
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <param name="TrainedAt">The day whose close was the last one seen.</param>
    public sealed record Model(
        string Name,
        string Version,
        ModelKind Kind,
        DateOnly TrainedAt,
        DataRange DataRange,
        ModelMetrics Metrics
    );

    public enum ModelKind { Volatility }

    public sealed record DataRange(string Symbol, DateOnly From, DateOnly To, string Source);

    /// <param name="Qlike">Mean QLIKE loss of one-day forecasts against squared returns; lower is better.</param>
    public sealed record ModelMetrics(int Samples, double Qlike, VolatilityBaseline Baseline);

    public sealed record Response(IReadOnlyList<Model> Items);

    /// <summary>Nothing where the market does not list the reference, on which the models are measured.</summary>
    public async Task<Response> HandleAsync(CancellationToken ct)
    {
        // Up to yesterday, so that the record stays the same all day.
        var yesterday = Instants.DayOf(time.GetUtcNow()).AddDays(-1);
        if (closes.VersionOf(Reference) is not { } version) return new Response([]);
        return await cache.GetAsync(
            "models",
            $"{Reference}/{version}/{yesterday:yyyy-MM-dd}",
            Lifetime,
            async token => Measure(await closes.LoadAsync([Reference], "symbols", Days + 1, yesterday, token)),
            ct
        );
    }

    private static Response Measure(PriceTable table)
    {
        var returns = table.Prices[0].Zip(table.Prices[0].Skip(1), (a, b) => b / a - 1).ToArray();
        if (
            VolatilityChoice.Choose(returns, 252) is not { } forecast
            || forecast.Candidates.FirstOrDefault(c => c.Model == "constant") is not { } constant
        )
            return new Response([]);
        var range = new DataRange(Reference, table.Days[0], table.Days[^1], table.Source ?? "");
        return new Response(
            forecast
                .Candidates.Where(c => c != constant)
                .Select(c => new Model(
                    c.Model,
                    "1",
                    ModelKind.Volatility,
                    range.To,
                    range,
                    new ModelMetrics(forecast.Periods, c.Qlike, new VolatilityBaseline(constant.Model, constant.Qlike))
                ))
                .ToList()
        );
    }
}
