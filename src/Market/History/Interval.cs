using System.Text.Json.Serialization;

namespace AgentInvest.Market.History;

/// <summary>How long a bar is.</summary>
public enum Interval
{
    [JsonStringEnumMemberName("1m")] Minute,
    [JsonStringEnumMemberName("5m")] FiveMinutes,
    [JsonStringEnumMemberName("15m")] QuarterHour,
    [JsonStringEnumMemberName("1h")] Hour,
    [JsonStringEnumMemberName("1d")] Day,
    [JsonStringEnumMemberName("1w")] Week,
    [JsonStringEnumMemberName("1mo")] Month,
}

internal static class IntervalExtensions
{
    /// <summary>Of an interval within the day; null for a day and longer.</summary>
    public static TimeSpan? Length(this Interval interval) =>
        interval switch
        {
            Interval.Minute => TimeSpan.FromMinutes(1),
            Interval.FiveMinutes => TimeSpan.FromMinutes(5),
            Interval.QuarterHour => TimeSpan.FromMinutes(15),
            Interval.Hour => TimeSpan.FromHours(1),
            _ => null,
        };
}
