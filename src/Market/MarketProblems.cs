using AgentInvest.Core.Http;

namespace AgentInvest.Market;

internal static class MarketProblems
{
    public static ProblemException UnknownSymbol(string symbol) => Problems.NotFound($"No source knows the symbol {symbol}.");
}
