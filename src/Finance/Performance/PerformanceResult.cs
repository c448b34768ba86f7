namespace AgentInvest.Finance.Performance;

/// <summary>The book at the close of a day. <see cref="Twr"/> is since the start of the range; null from where it is not defined.</summary>
public sealed record PerformancePoint(DateOnly Date, decimal Value, decimal NetInvested, decimal? Twr);

/// <summary>
/// What came into the book on a day, counted from its start, and what went out, counted until its end. Shares transferred count at what
/// they were worth.
/// </summary>
public sealed record ExternalFlow(DateOnly Day, decimal In, decimal Out);

/// <summary>
/// Where a range's absolute gain comes from: Price + Fx + Dividends + Interest − Fees − Taxes + CashFx + Transferred. All in base currency.
/// </summary>
/// <param name="Price">What prices did, at each day's rate.</param>
/// <param name="Fx">What rates did to what was held.</param>
/// <param name="CashFx">What rates did to cash.</param>
/// <param name="Transferred">Gains that came along with shares transferred in, less those that left with shares transferred out.</param>
public sealed record GainParts(
    decimal Price,
    decimal Fx,
    decimal Dividends,
    decimal Interest,
    decimal Fees,
    decimal Taxes,
    decimal CashFx,
    decimal Transferred
);

/// <summary>
/// One holding's part in a range. Gain = Price + Fx + Income − Costs. <see cref="Contribution"/> is its part of the time-weighted return:
/// those of all holdings and of cash (<see cref="PerformanceResult.CashContribution"/>) add up to it; null where the return is.
/// </summary>
/// <param name="Costs">Fees and taxes of its entries.</param>
public sealed record HoldingContribution(
    string Symbol,
    decimal Gain,
    decimal Price,
    decimal Fx,
    decimal Income,
    decimal Costs,
    double? Contribution
);

/// <summary>
/// Returns of a book over a range. Ratios are fractions; what is not defined is null with its reason in <see cref="Unavailable"/>.
/// </summary>
/// <param name="AbsoluteGain">End − Start − NetInvested.</param>
public sealed record PerformanceResult(
    DateOnly From,
    DateOnly To,
    decimal Start,
    decimal End,
    decimal NetInvested,
    decimal AbsoluteGain,
    decimal? Twr,
    decimal? Xirr,
    decimal? Roai,
    decimal? Simple,
    decimal? AnnualizedTwr,
    IReadOnlyList<PerformancePoint> Series,
    IReadOnlyDictionary<string, string> Unavailable
)
{
    public required IReadOnlyList<ExternalFlow> Flows { get; init; }
    public required GainParts Parts { get; init; }

    /// <summary>The largest gain first.</summary>
    public required IReadOnlyList<HoldingContribution> Contributions { get; init; }

    /// <summary>Of cash, and of interest, fees and taxes that belong to no holding.</summary>
    public required double? CashContribution { get; init; }
}
