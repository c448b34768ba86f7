using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Finance.Optimization;

namespace AgentInvest.AI;

internal static class AIProblems
{
    public static ProblemException NotAvailable(Objective objective) =>
        new(
            new Problem(
                422,
                "objective_not_available",
                "This objective is not offered yet.",
                $"'{EnumNames.Of(objective)}' has no record out of sample yet, and without one it is not offered."
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
                "The program is too ill-conditioned for an exact answer. Try fewer assets, or less extreme ones."
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
