using AgentInvest.Market;

namespace AgentInvest.Portfolio;

internal static class Rates
{
    /// <inheritdoc cref="DailyCloses.At"/>
    public static decimal On(DailyCloses closes, DateOnly day) => closes.At(day);
}
