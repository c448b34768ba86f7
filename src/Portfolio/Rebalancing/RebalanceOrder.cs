using System.Text.Json.Serialization;
using AgentInvest.Finance.Rebalancing;
using AgentInvest.Portfolio.Tax;

namespace AgentInvest.Portfolio.Rebalancing;

/// <summary>What a rebalancing is to plan: the orchestration's input. Money in base currency, the rest fractions.</summary>
/// <param name="Cash">Null: the cash the books hold, if any.</param>
/// <param name="LotMethod">Has its own converter, because the official worker reads an orchestrator's input with options that know no names
/// of enums.</param>
public sealed record RebalanceOrder(
    Guid UserId,
    Guid PortfolioId,
    decimal? Cash,
    decimal Band,
    [property: JsonConverter(typeof(JsonStringEnumConverter<LotChoice>))] LotChoice LotMethod,
    bool WholeShares,
    decimal MinimumTrade,
    decimal FeePerTrade,
    decimal FeeRate,
    decimal ShortTermRate,
    decimal LongTermRate
)
{
    public const string JobKind = "rebalance";
}

/// <summary>The orchestration's output.</summary>
/// <param name="ExpectedDrift">Half the sum of the weights' distances from their targets, before and after.</param>
/// <param name="Tax">An estimate at the rates of the request.</param>
/// <param name="LeftOut">What would have been traded and is not, and why.</param>
public sealed record RebalanceResult(
    PlanRebalance.RebalanceMode Mode,
    string BaseCurrency,
    DateTimeOffset AsOf,
    IReadOnlyList<RebalanceResult.Trade> Trades,
    RebalanceResult.Drift ExpectedDrift,
    decimal Fees,
    decimal Tax,
    decimal CashLeft,
    IReadOnlyList<RebalanceResult.Omission> LeftOut
)
{
    /// <param name="Price">Per share in <paramref name="Currency"/>; amount and fee in base currency.</param>
    public sealed record Trade(
        string Symbol,
        TradeSide Side,
        decimal Quantity,
        decimal Price,
        string Currency,
        decimal Amount,
        decimal Fee,
        string Reason,
        IReadOnlyList<LotSale> Lots
    );

    /// <param name="Gain">In base currency, fees of the purchase inside the cost.</param>
    public sealed record LotSale(Guid Id, decimal Quantity, decimal Gain, HoldingTerm Term);

    public sealed record Drift(decimal Before, decimal After);
    public sealed record Omission(string Symbol, TradeSide? Side, string Reason);
}
