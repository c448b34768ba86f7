using AgentInvest.Core;
using AgentInvest.Portfolio.Holdings;

namespace AgentInvest.Portfolio.Performance;

/// <summary>A portfolio's time-weighted returns by day, as other features measure them.</summary>
[Singleton]
public sealed class GetDailyReturns(BookLoader loader, BookTimelines timelines)
{
    /// <param name="Since">The day before it that has a value, whose close the return is from.</param>
    public sealed record Day(DateOnly Since, DateOnly Date, double Return);

    /// <summary>
    /// From the close of <paramref name="from"/>, or of the day before the first booking; days on which a return is not defined are left
    /// out.
    /// </summary>
    public async Task<IReadOnlyList<Day>> HandleAsync(
        Guid userId,
        Guid portfolioId,
        DateOnly from,
        DateOnly to,
        CancellationToken ct
    ) => await ComputeAsync(await loader.LoadAsync(userId, portfolioId, ct), from, to, ct);

    internal async Task<IReadOnlyList<Day>> ComputeAsync(LoadedBook book, DateOnly from, DateOnly to, CancellationToken ct)
    {
        if (book.Entries.Count == 0) return [];
        var start = book.Entries[0].Day.AddDays(-1) is var begin && begin > from ? begin : from;
        var points = (await timelines.PerformanceAsync(book, start, to, ct)).Series.Where(p => p.Twr is not null).ToList();
        return points
            .Zip(points.Skip(1))
            .Where(p => p.First.Twr > -1 && p.First.Value > 0)
            .Select(p => new Day(p.First.Date, p.Second.Date, (double)((1 + p.Second.Twr!.Value) / (1 + p.First.Twr!.Value)) - 1))
            .ToList();
    }
}
