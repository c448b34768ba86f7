using AgentInvest.Core.Http;
using AgentInvest.Finance.Optimization;

namespace AgentInvest.AI;

internal static class AIProblems
{
    public static ProblemException UnknownSymbol(string field, string symbol) =>
        new(
            new Problem(404, "not_found", "There is no such symbol.", $"No source knows the symbol {symbol}.")
            {
                Errors = new Dictionary<string, string[]> { [field] = [$"{symbol} is not known"] },
            }
        );

    public static ProblemException NotAvailable(string objective) =>
        new(
            new Problem(
                422,
                "objective_not_available",
                "This objective is not offered yet.",
                $"'{objective}' has no record out of sample yet, and without one it is not offered."
            )
            {
                Errors = new Dictionary<string, string[]> { ["objective"] = ["is not offered yet"] },
            }
        );

    public static ProblemException NotSolved() =>
        new(
            new Problem(
                422,
                "no_solution",
                "No portfolio was found.",
                "The program is so ill-conditioned that no answer would be exact. Fewer assets, or less extreme ones, help."
            )
        );

    public static ProblemException Infeasible(InfeasibleException e) =>
        new(
            new Problem(422, "infeasible", "No portfolio satisfies all that is asked.", e.Message)
            {
                Extensions = new Dictionary<string, object?> { ["conflicts"] = e.Conflicts },
            }
        );
}
