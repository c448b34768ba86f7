using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Finance.Volatility;

namespace AgentInvest.AI.Models;

/// <summary>GET /ai/models: what forecasts, and how each did on days it had not seen.</summary>
public sealed class ListModels
{
    private const string Reference = "SPY";
    private const int Days = 1260;
    private readonly AdjustedCloses _closes;
    private readonly TimeProvider _time;
    private volatile Response? _latest;

    internal ListModels(AdjustedCloses closes, TimeProvider time) => (_closes, _time) = (closes, time);

    /// <param name="TrainedAt">The day whose close was the last one seen.</param>
    public sealed record Model(string Name, string Version, string Kind, DateOnly TrainedAt, DataRange DataRange, Metrics Metrics);

    public sealed record DataRange(string Symbol, DateOnly From, DateOnly To, string Source);

    /// <param name="Qlike">Mean loss of one-day forecasts against squared returns; lower is better.</param>
    public sealed record Metrics(int Samples, double Qlike, Baseline Baseline);

    public sealed record Baseline(string Name, double Qlike);
    public sealed record Response(IReadOnlyList<Model> Items);

    /// <summary>Measured once a day: the record is of the reference's closes, which do not change in between.</summary>
    public async Task<Response> HandleAsync(CancellationToken ct)
    {
        var today = Instants.DayOf(_time.GetUtcNow());
        PriceTable table;
        try
        {
            // Up to yesterday, so that the record stays the same all day.
            table = await _closes.LoadAsync([Reference], "symbols", Days + 1, today.AddDays(-1), ct);
        }
        catch (ProblemException)
        {
            // A market without the reference has nothing to measure on, and so nothing to show.
            return new Response([]);
        }
        if (_latest is { Items: [var first, ..] } latest && first.DataRange.To == table.Days[^1]) return latest;
        var returns = table.Prices[0].Zip(table.Prices[0].Skip(1), (a, b) => b / a - 1).ToArray();
        if (
            VolatilityChoice.Choose(returns, 252) is not { } forecast
            || forecast.Candidates.FirstOrDefault(c => c.Model == "constant") is not { } constant
        )
            return new Response([]);
        var range = new DataRange(Reference, table.Days[0], table.Days[^1], table.Source ?? "");
        return _latest = new Response(
            forecast
                .Candidates.Where(c => c != constant)
                .Select(c => new Model(
                    c.Model,
                    "1",
                    "volatility",
                    range.To,
                    range,
                    new Metrics(forecast.Periods, c.Qlike, new Baseline(constant.Model, constant.Qlike))
                ))
                .ToList()
        );
    }
}
