using AgentInvest.Core.Http;

namespace AgentInvest.Market;

internal static class MarketProblems
{
    public static ProblemException UnknownSymbol(string symbol) => Problems.NotFound($"No source knows the symbol {symbol}.");

    /// <summary>Of a body that names it.</summary>
    public static ProblemException UnknownSymbol(string field, string symbol) =>
        new(
            new Problem(404, "not_found", "There is no such symbol.", $"No source knows the symbol {symbol}.")
            {
                Errors = new Dictionary<string, string[]> { [field] = [$"{symbol} is not known"] },
            }
        );
}
