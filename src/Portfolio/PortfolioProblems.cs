using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Finance.Lots;

namespace AgentInvest.Portfolio;

internal static class PortfolioProblems
{
    public static ProblemException UnknownSymbol(string symbol, string field = "symbol") =>
        new(
            new Problem(404, "not_found", "There is no such symbol.", $"No source knows the symbol {symbol}.")
            {
                Errors = new Dictionary<string, string[]> { [field] = ["is not known"] },
            }
        );

    public static ProblemException InsufficientQuantity(InsufficientQuantityException e) =>
        new(
            new Problem(
                422,
                "insufficient_quantity",
                "More would be sold than is held.",
                $"On {Instants.Format(e.At)} {Money.Trim(e.Held)} {e.Symbol} are held; {Money.Trim(e.Asked)} cannot be sold."
            )
            {
                Errors = new Dictionary<string, string[]>
                {
                    ["quantity"] = [$"must not exceed the {Money.Trim(e.Held)} held at that instant"],
                },
                Extensions = new Dictionary<string, object?>
                {
                    ["symbol"] = e.Symbol,
                    ["held"] = e.Held,
                    ["asked"] = e.Asked,
                },
            }
        );

    public static ProblemException DuplicateExternalId() => Problems.Conflict("An entry with this externalId is in the books already.");
    public static ProblemException AlreadyReversed() =>
        Problems.Conflict("This entry has been corrected or deleted already; correct the one in its place.");
    public static ProblemException NotHeld(string symbol) => Problems.NotFound($"These books hold no {symbol}.");
    public static ProblemException NoTargets() =>
        new(
            new Problem(
                422,
                "targets_missing",
                "There is nothing to rebalance to.",
                "Set target weights with PUT /portfolio/targets first."
            )
        );
    public static ProblemException TradingUnavailable() =>
        new(
            new Problem(
                422,
                "trading_unavailable",
                "Trades cannot be sent.",
                "There is no trading yet: ask for a plan and book the trades as they are made."
            )
        );
    public static ProblemException TooLarge() => Problems.Validation("quantity", "makes figures larger than the books can hold");
    public static ProblemException LotsNotNameable() => Problems.Validation("lotIds", "needs the cost-basis method 'specific'");
    public static ProblemException NoPrice() => Problems.Validation("price", "is required: no close of that day or before is known");
    public static ProblemException BaseCurrencyChanged() =>
        Problems.Conflict("The base currency was changed at the same moment; try again.");
    public static ProblemException BaseCurrencyInUse() =>
        Problems.Conflict("The base currency cannot change once there are bookings: their rates are kept in it.");
    public static ProblemException UnknownRate(string pair) =>
        Problems.Validation("fxRate", $"is required: no source knows the rate {pair} of that day");
}
