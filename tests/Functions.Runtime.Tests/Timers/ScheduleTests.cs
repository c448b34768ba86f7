using AgentInvest.Functions.Runtime.Timers;

namespace AgentInvest.Functions.Runtime.Tests.Timers;

public sealed class ScheduleTests
{
    [Theory]
    [InlineData("* * * * * *", "2026-01-05T10:00:00Z", "2026-01-05T10:00:01Z")]
    [InlineData("*/15 * * * * *", "2026-01-05T10:00:31Z", "2026-01-05T10:00:45Z")]
    [InlineData("0 5 * * * *", "2026-01-05T10:05:00Z", "2026-01-05T11:05:00Z")]
    [InlineData("0 30 9 * * Mon-Fri", "2026-01-09T09:30:00Z", "2026-01-12T09:30:00Z")]
    [InlineData("0 0 0 1 jan,jul *", "2026-01-05T10:00:00Z", "2026-07-01T00:00:00Z")]
    [InlineData("0 0 0 29 2 *", "2026-01-05T10:00:00Z", "2028-02-29T00:00:00Z")]
    [InlineData("00:05:00", "2026-01-05T10:00:00Z", "2026-01-05T10:05:00Z")]
    [InlineData("00:05:00", "2026-01-05T10:04:59.9Z", "2026-01-05T10:05:00Z")]
    [InlineData("1.00:00:00", "2026-01-05T10:00:00Z", "2026-01-06T00:00:00Z")]
    // The clocks of New York and Zurich change on these nights; the schedule is in UTC and does not.
    [InlineData("0 30 2 * * *", "2026-03-08T02:00:00Z", "2026-03-08T02:30:00Z")]
    [InlineData("0 30 * * * *", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z")]
    public void The_next_occurrence_is_strictly_later(string schedule, string after, string next) =>
        Assert.Equal(
            DateTimeOffset.Parse(next, System.Globalization.CultureInfo.InvariantCulture),
            Schedule.Parse("Sample", schedule).Next(DateTimeOffset.Parse(after, System.Globalization.CultureInfo.InvariantCulture))
        );

    [Fact]
    public void A_day_that_never_comes_is_never_due() =>
        Assert.Equal(
            DateTimeOffset.MaxValue,
            Schedule.Parse("Sample", "0 0 0 30 2 *").Next(new DateTimeOffset(2026, 1, 5, 0, 0, 0, TimeSpan.Zero))
        );

    [Theory]
    [InlineData("")]
    [InlineData("whenever")]
    [InlineData("* * * * *")] // five fields
    [InlineData("0 */1 * * * * *")]
    [InlineData("60 * * * * *")]
    [InlineData("0 0 0 * * Someday")]
    [InlineData("00:00:00")]
    [InlineData("-00:05:00")]
    [InlineData("5")]
    // What only this runtime's parser would take.
    [InlineData("@hourly")]
    [InlineData("0 0 0 L * *")]
    [InlineData("0 0 0 15W * *")]
    [InlineData("0 0 0 ? * MON#1")]
    public void Bad_text_is_refused_with_the_functions_name(string schedule) =>
        Assert.StartsWith(
            $"Function Sample has the schedule '{schedule}'",
            Assert.Throws<InvalidOperationException>(() => Schedule.Parse("Sample", schedule)).Message
        );
}
