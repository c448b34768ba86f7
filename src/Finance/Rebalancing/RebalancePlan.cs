using AgentInvest.Finance.Lots;

namespace AgentInvest.Finance.Rebalancing;

/// <summary>An open lot as tax law has it. Money in base currency.</summary>
/// <param name="Cost">Of what is left, fees and deferred losses in it.</param>
public sealed record TaxLot(Guid Id, DateOnly AcquiredOn, decimal Quantity, decimal Cost);

/// <summary>What may be traded.</summary>
/// <param name="Price">Per share, in base currency; above 0.</param>
/// <param name="Target">Its part of the whole, 0 … 1; the targets of all add up to at most 1, the rest is to be cash.</param>
/// <param name="Lots">Held now, long only; empty where nothing is.</param>
public sealed record Asset(string Symbol, decimal Price, decimal Target, IReadOnlyList<TaxLot> Lots)
{
    public decimal Quantity => Lots.Sum(l => l.Quantity);

    /// <summary>The last purchase of the past: a loss on other lots within 30 days of it is a wash sale.</summary>
    public DateOnly? LastBought { get; init; }

    /// <summary>The last sale at a loss: a purchase within 30 days of it makes that a wash sale.</summary>
    public DateOnly? LastLoss { get; init; }
}

/// <summary>Which lots a sale closes.</summary>
public enum LotChoice
{
    Fifo,
    Lifo,
    Hifo,

    /// <summary>
    /// Those that cost the least tax per share: losses first, then long-term gains, then short-term ones. No loss is taken that a wash sale
    /// would defer, and nothing bought that would make one of an earlier loss.
    /// </summary>
    TaxAware,
}

/// <summary>How to trade.</summary>
public sealed record RebalanceOptions(DateOnly Today)
{
    /// <summary>Money to invest beside what is held, in base currency; default 0.</summary>
    public decimal Cash { get; init; }

    /// <summary>
    /// How far a weight may be off its target, as a fraction of the whole, before anything is sold or bought for it; default 0. New cash
    /// goes where it lacks regardless.
    /// </summary>
    public decimal Band { get; init; }

    /// <summary>The smallest part of a share that is traded: 1 for whole shares; default 0.0001.</summary>
    public decimal ShareStep { get; init; } = 0.0001m;

    /// <summary>A trade of less than this, in base currency, is left out; default 0.</summary>
    public decimal MinimumTrade { get; init; }

    /// <summary>In base currency for each trade, and as a fraction of its amount; default 0.</summary>
    public decimal FeePerTrade { get; init; }

    public decimal FeeRate { get; init; }

    public LotChoice Lots { get; init; } = LotChoice.TaxAware;

    /// <summary>
    /// Of gains on what was held up to one year, and longer, as fractions; default 0.24 and 0.15, the US federal rates of a middle income.
    /// </summary>
    public decimal ShortTermRate { get; init; } = 0.24m;

    public decimal LongTermRate { get; init; } = 0.15m;

    internal decimal Fee(decimal amount) => FeePerTrade + FeeRate * amount;
}

public enum TradeSide { Buy, Sell }

/// <summary>A part of a lot that a planned sale closes.</summary>
public sealed record LotSale(Guid LotId, decimal Quantity, decimal Gain, Term Term);

/// <param name="Amount">Quantity × price, in base currency, before the fee.</param>
/// <param name="Reason">Why, in a sentence for people.</param>
public sealed record PlannedTrade(
    string Symbol,
    TradeSide Side,
    decimal Quantity,
    decimal Price,
    decimal Amount,
    decimal Fee,
    string Reason,
    IReadOnlyList<LotSale> Lots
);

/// <summary>What would have been traded and is not.</summary>
public sealed record LeftOut(string Symbol, TradeSide Side, string Reason);

/// <param name="DriftBefore">Half the sum of all weights' distances from their targets, cash among them: the part of the whole that is in
/// the wrong place.</param>
/// <param name="Tax">Estimate on the net gains of both terms at their rates, losses of one set off against the other; 0 on a loss.</param>
/// <param name="CashLeft">Of the money given and the sales, after purchases and fees.</param>
public sealed record RebalancePlan(
    IReadOnlyList<PlannedTrade> Trades,
    IReadOnlyList<LeftOut> LeftOut,
    decimal DriftBefore,
    decimal DriftAfter,
    decimal Fees,
    decimal Tax,
    decimal CashLeft
);
