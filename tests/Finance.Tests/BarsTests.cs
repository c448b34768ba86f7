using System.Globalization;
using AgentInvest.Finance.Bars;
using AgentInvest.Testing;
using static AgentInvest.Finance.Tests.Entries;

namespace AgentInvest.Finance.Tests;

public sealed class BarsTests
{
    private static Bar Flat(string day, decimal close, decimal volume = 100) =>
        new(new DateTimeOffset(Day(day).ToDateTime(default), TimeSpan.Zero), close, close, close, close, volume);

    [Fact]
    public void A_split_rescales_the_bars_before_it()
    {
        var adjusted = BarMath.Adjust(
            [Flat("2024-01-02", 100), Flat("2024-01-03", 104), Flat("2024-01-04", 26)],
            [new Adjustment(Day("2024-01-03"), true, 4)]
        );
        Assert.Equal([25m, 26m, 26m], adjusted.Select(b => b.C));
        Assert.Equal([400m, 400m, 100m], adjusted.Select(b => b.V));
    }

    [Fact]
    public void A_dividend_scales_what_came_before_by_its_share_of_the_close()
    {
        var adjusted = BarMath.Adjust(
            [Flat("2024-01-02", 100), Flat("2024-01-03", 50), Flat("2024-01-04", 49)],
            [new Adjustment(Day("2024-01-03"), false, 1)]
        );
        Assert.Equal([98m, 49m, 49m], adjusted.Select(b => b.C));
        Assert.Equal([100m, 100m, 100m], adjusted.Select(b => b.V));
    }

    [Fact]
    public void What_is_announced_for_after_the_last_bar_has_not_happened() =>
        Assert.Equal(
            [100m, 104m],
            BarMath
                .Adjust([Flat("2024-01-02", 100), Flat("2024-01-03", 104)], [new Adjustment(Day("2024-01-03"), true, 4)])
                .Select(b => b.C)
        );

    [Fact]
    public void Aggregation_keeps_open_high_low_close_and_volume()
    {
        var start = new DateTimeOffset(2024, 1, 2, 15, 0, 0, TimeSpan.Zero);
        var joined = BarMath.Aggregate(
            [new(start, 1, 5, 1, 4, 10), new(start.AddMinutes(1), 4, 9, 3, 3, 20), new(start.AddMinutes(5), 3, 3, 2, 2, 5)],
            t => new DateTimeOffset(t.Ticks - t.Ticks % TimeSpan.FromMinutes(5).Ticks, TimeSpan.Zero)
        );
        Assert.Equal([new Bar(start, 1, 9, 1, 3, 30), new Bar(start.AddMinutes(5), 3, 3, 2, 2, 5)], joined);
    }

    [Theory]
    [InlineData("2026-11-26", false)] // Thanksgiving
    [InlineData("2026-11-24", true)]
    [InlineData("2026-07-03", false)] // Independence Day falls on a Saturday
    [InlineData("2021-12-31", true)] // New Year on a Saturday is not made up for
    [InlineData("2024-03-29", false)] // Good Friday
    [InlineData("2021-06-18", true)] // Juneteenth was not yet one
    [InlineData("2012-10-29", false)]
    public void The_calendar_knows_holidays_and_closures(string day, bool open) =>
        Assert.Equal(open, ExchangeCalendar.IsTradingDay(Day(day)));

    [Fact]
    public void Sessions_follow_New_York_through_daylight_saving()
    {
        Assert.Equal(14.5, ExchangeCalendar.Session(Day("2024-01-02")).Open.TimeOfDay.TotalHours);
        Assert.Equal(13.5, ExchangeCalendar.Session(Day("2024-07-02")).Open.TimeOfDay.TotalHours);
    }

    [DataFact("market")]
    public void The_calendar_agrees_with_every_day_SPY_traded()
    {
        var traded = File.ReadLines(Path.Combine(Checkout.Data("market")!, "SPY.csv"))
            .Skip(1)
            .Select(l => DateOnly.ParseExact(l[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture))
            .ToHashSet();
        var wrong = new List<DateOnly>();
        for (var day = traded.Min(); day <= traded.Max(); day = day.AddDays(1))
            if (traded.Contains(day) != ExchangeCalendar.IsTradingDay(day)) wrong.Add(day);
        Assert.Empty(wrong);
    }
}
