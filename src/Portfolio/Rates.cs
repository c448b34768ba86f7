using AgentInvest.Market;

namespace AgentInvest.Portfolio;

internal static class Rates
{
    /// <summary>The rate or price of a day, carried forward from the last one known; before the first, the first.</summary>
    public static decimal On(DailyCloses closes, DateOnly day)
    {
        var i = Array.BinarySearch(closes.Days, day);
        return closes.Prices[i >= 0 ? i : Math.Max(0, ~i - 1)];
    }
}
