using AgentInvest.Core;
using AgentInvest.Finance.Performance;
using AgentInvest.Portfolio.Holdings;
using AgentInvest.Portfolio.Portfolios;

namespace AgentInvest.Portfolio.Performance;

/// <summary>A portfolio's time-weighted returns by day, as other features measure them.</summary>
public sealed class GetDailyReturns
{
    private readonly BookLoader _loader;
    private readonly FindPortfolio _find;

    internal GetDailyReturns(BookLoader loader, FindPortfolio find) => (_loader, _find) = (loader, find);

    public sealed record Day(DateOnly Date, double Return);

    /// <summary>From the close of <paramref name="from"/>, or of the day before the first booking; days on which a return is not defined are left out.</summary>
    public async Task<IReadOnlyList<Day>> HandleAsync(CurrentUser user, Guid portfolioId, DateOnly from, DateOnly to, CancellationToken ct)
    {
        var portfolio = await _find.HandleAsync(user, portfolioId, ct);
        var entries = await _loader.EntriesAsync(portfolio, ct);
        if (entries.Count == 0) return [];
        var start = entries[0].Day.AddDays(-1) is var begin && begin > from ? begin : from;
        var prices = await _loader.PricesAsync(portfolio, entries, start, to, ct);
        var points = PerformanceCalculator.Compute(entries, prices, portfolio.Method, start, to).Series.Where(p => p.Twr is not null).ToList();
        return points.Zip(points.Skip(1)).Where(p => p.First.Twr > -1 && p.First.Value > 0).Select(p => new Day(p.Second.Date, (double)((1 + p.Second.Twr!.Value) / (1 + p.First.Twr!.Value)) - 1)).ToList();
    }
}
