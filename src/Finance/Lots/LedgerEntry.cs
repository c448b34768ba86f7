namespace AgentInvest.Finance.Lots;

/// <summary>The kind of a ledger entry; <see cref="LedgerEntry"/> documents which members each kind reads.</summary>
public enum EntryKind
{
    Buy, Sell, Dividend, Interest, Deposit, Withdrawal, Fee, Tax,

    /// <summary>
    /// New shares for old; a money amount beside it is cash in lieu of the fraction of a share that is left, which counts as sold for it.
    /// </summary>
    Split,

    /// <summary>
    /// Shares that arrive from another account, with their cost and their day of purchase where these are known. Not a purchase: no cash,
    /// no wash sale.
    /// </summary>
    TransferIn,

    /// <summary>Shares that leave for another account, with their cost; nothing is realised.</summary>
    TransferOut,

    /// <summary>Shares of another company for each share held, and a part of the cost with them; purchase days carry over.</summary>
    Spinoff,

    /// <summary>All shares become those of another company (ratio above 0), or money (ratio 0), or both.</summary>
    Merger,

    /// <summary>A distribution out of capital: it lowers the cost of each share, and what exceeds that cost is gain.</summary>
    ReturnOfCapital,
}

/// <summary>One entry of the ledger, as arithmetic needs it.</summary>
/// <param name="Sequence">The order of booking, which decides among entries of one instant.</param>
/// <param name="Symbol">The instrument; null for what concerns cash alone.</param>
/// <param name="Quantity">Buy, sell, transfers: shares, positive.</param>
/// <param name="Price">Buy, sell: per share, in <paramref name="Currency"/>. Transfer in: what each share cost.</param>
/// <param name="Amount"> Money in <paramref name="Currency"/>, positive. Dividend, interest, deposit, withdrawal, fee, tax, return of
/// capital: what is paid. Split, spin-off, merger: cash in lieu of the fraction of a new share; a merger with a <see cref="CostFraction"/>
/// below 1 or a ratio of 0: the cash part of what is paid for all shares held. Transfers: what the shares are worth on that day, 0 where
/// only the market knows.
/// </param>
/// <param name="Ratio">Split, merger: new shares per old. Spin-off: shares of the new company per share held.</param>
/// <param name="FxRate">Base currency per unit of <paramref name="Currency"/>.</param>
public sealed record LedgerEntry(
    Guid Id,
    DateTimeOffset ExecutedAt,
    long Sequence,
    EntryKind Kind,
    string? Symbol,
    decimal Quantity,
    decimal Price,
    decimal Amount,
    decimal Fee,
    decimal Tax,
    decimal Ratio,
    string Currency,
    decimal FxRate
)
{
    /// <summary>Spin-off, merger: the company whose shares are received; null for a merger against cash alone.</summary>
    public string? TargetSymbol { get; init; }

    /// <summary>
    /// Spin-off: the part of the cost that goes to the new company, 0 … 1. Merger: the part that stays in shares, the rest is sold for the
    /// cash.
    /// </summary>
    public decimal CostFraction { get; init; } = 1;

    /// <summary>Transfer in: when the shares were bought, where that is known; the holding period starts there.</summary>
    public DateTimeOffset? AcquiredAt { get; init; }

    /// <summary>Sell, transfer out: the lots to close, in this order. Read by <see cref="CostBasisMethod.Specific"/> alone.</summary>
    public IReadOnlyList<Guid>? LotIds { get; init; }

    public DateOnly Day => DateOnly.FromDateTime(ExecutedAt.UtcDateTime);

    /// <summary>Money of this entry in base currency.</summary>
    internal decimal InBase(decimal amount) => Exact.Money(amount * FxRate);

    /// <summary>
    /// What the entry moves in its own currency if cash is tracked: a buy costs, fee and tax included; a sale, dividend or deposit brings.
    /// </summary>
    public decimal CashFlowLocal => Kind switch
    {
        EntryKind.Buy => -Exact.Money(Quantity * Price),
        EntryKind.Sell => Exact.Money(Quantity * Price),
        EntryKind.Withdrawal or EntryKind.Fee or EntryKind.Tax => -Amount,
        EntryKind.TransferIn or EntryKind.TransferOut => 0,
        _ => Amount,
    } - Fee - Tax;

    /// <summary>The same in base currency, at this entry's rate.</summary>
    public decimal CashFlow => Kind switch
    {
        EntryKind.Buy => -InBase(Quantity * Price),
        EntryKind.Sell => InBase(Quantity * Price),
        EntryKind.Withdrawal or EntryKind.Fee or EntryKind.Tax => -InBase(Amount),
        EntryKind.TransferIn or EntryKind.TransferOut => 0,
        _ => InBase(Amount),
    } - InBase(Fee) - InBase(Tax);

    private bool IsCorporateAction => Kind is EntryKind.Split or EntryKind.Spinoff or EntryKind.Merger;

    /// <summary>The order of the ledger: by instant, then splits, spin-offs and mergers before trades, then as booked.</summary>
    public static Comparison<LedgerEntry> Order { get; } = (a, b) =>
    {
        var c = a.ExecutedAt.CompareTo(b.ExecutedAt);
        if (c == 0) c = b.IsCorporateAction.CompareTo(a.IsCorporateAction);
        return c != 0 ? c : a.Sequence.CompareTo(b.Sequence);
    };
}

/// <summary>Which open lots a sale closes first, and at what cost.</summary>
public enum CostBasisMethod
{
    /// <summary>The oldest.</summary>
    Fifo,

    /// <summary>The youngest.</summary>
    Lifo,

    /// <summary>The highest cost per share first.</summary>
    Hifo,

    /// <summary>Each share at the average cost of all held, recomputed at each purchase; the oldest shares go first.</summary>
    Average,

    /// <summary>Those that the sale names; the oldest where it names none.</summary>
    Specific,
}

/// <summary>A sale or transfer of more than was held at that instant, or in the lots it names; the book is unchanged.</summary>
public sealed class InsufficientQuantityException(string symbol, decimal held, decimal asked, DateTimeOffset at)
    : Exception($"{asked} {symbol} cannot be sold at {at:O}: {held} held.")
{
    public string Symbol { get; } = symbol;
    public decimal Held { get; } = held;
    public decimal Asked { get; } = asked;
    public DateTimeOffset At { get; } = at;
}

/// <summary>
/// Money is kept to 12 digits after the point and shares to 10, as they are stored: sums of such numbers are exact below 10^16, so that
/// what is taken from a lot and what is left of it always add up to what was there.
/// </summary>
internal static class Exact
{
    public const decimal Limit = 1e16m;

    public static decimal Money(decimal value) => decimal.Round(value, 12);
    public static decimal Shares(decimal value) => decimal.Round(value, 10);

    /// <summary>The part of an amount that belongs to <paramref name="taken"/> of <paramref name="all"/>.</summary>
    public static decimal Part(decimal amount, decimal taken, decimal all) =>
        taken == all ? amount
        : amount == 0 ? 0
        : Money(amount * (taken / all));
}
