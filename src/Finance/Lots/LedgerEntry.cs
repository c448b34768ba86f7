namespace AgentInvest.Finance.Lots;

/// <summary>What an entry of the books is.</summary>
public enum EntryKind { Buy, Sell, Dividend, Interest, Deposit, Withdrawal, Fee, Tax, Split }

/// <summary>One entry of the books, as arithmetic needs it.</summary>
/// <param name="Sequence">The order of booking, which decides among entries of one instant.</param>
/// <param name="Quantity">Buy, sell: shares, positive.</param>
/// <param name="Price">Buy, sell: per share, in <paramref name="Currency"/>.</param>
/// <param name="Amount">The others but split: money, positive.</param>
/// <param name="Ratio">Split: new shares per old.</param>
/// <param name="FxRate">Base currency per unit of <paramref name="Currency"/>.</param>
public sealed record LedgerEntry(
    Guid Id, DateTimeOffset ExecutedAt, long Sequence, EntryKind Kind, string? Symbol, decimal Quantity, decimal Price, decimal Amount, decimal Fee, decimal Tax,
    decimal Ratio, string Currency, decimal FxRate)
{
    public DateOnly Day => DateOnly.FromDateTime(ExecutedAt.UtcDateTime);

    /// <summary>
    /// What the entry moves in base currency if cash is tracked: a buy costs, fee and tax included; a sale, dividend or deposit brings.
    /// </summary>
    public decimal CashFlow => FxRate * (Kind switch
    {
        EntryKind.Buy => -(Quantity * Price) - Fee - Tax,
        EntryKind.Sell => Quantity * Price - Fee - Tax,
        EntryKind.Dividend or EntryKind.Interest or EntryKind.Deposit => Amount - Fee - Tax,
        EntryKind.Withdrawal or EntryKind.Fee or EntryKind.Tax => -Amount - Fee - Tax,
        _ => 0,
    });

    /// <summary>The books' order: by instant, then splits before trades, then as booked.</summary>
    public static Comparison<LedgerEntry> Order { get; } = (a, b) =>
    {
        var c = a.ExecutedAt.CompareTo(b.ExecutedAt);
        if (c == 0) c = (a.Kind != EntryKind.Split).CompareTo(b.Kind != EntryKind.Split);
        return c != 0 ? c : a.Sequence.CompareTo(b.Sequence);
    };
}

/// <summary>Which open lots a sale closes first.</summary>
public enum CostBasisMethod
{
    /// <summary>The oldest.</summary>
    Fifo,

    /// <summary>The youngest.</summary>
    Lifo,

    /// <summary>The dearest per share.</summary>
    Hifo,
}

/// <summary>A sale of more than was held at that instant; the book is unchanged.</summary>
public sealed class InsufficientQuantityException(string symbol, decimal held, decimal asked, DateTimeOffset at)
    : Exception($"{asked} {symbol} cannot be sold at {at:O}: {held} held.")
{
    public string Symbol { get; } = symbol;
    public decimal Held { get; } = held;
    public decimal Asked { get; } = asked;
    public DateTimeOffset At { get; } = at;
}
