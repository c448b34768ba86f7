using AgentInvest.Finance.Lots;

namespace AgentInvest.Finance.Tests;

/// <summary>Entries of a book, written briefly.</summary>
internal static class Entries
{
    private static long _sequence;

    public static LedgerEntry Buy(string day, string symbol, decimal quantity, decimal price, decimal fee = 0) =>
        Of(EntryKind.Buy, day, symbol, quantity, price, fee: fee);
    public static LedgerEntry Sell(string day, string symbol, decimal quantity, decimal price, decimal fee = 0) =>
        Of(EntryKind.Sell, day, symbol, quantity, price, fee: fee);
    public static LedgerEntry Split(string day, string symbol, decimal ratio) => Of(EntryKind.Split, day, symbol, ratio: ratio);
    public static LedgerEntry Dividend(string day, string symbol, decimal amount) => Of(EntryKind.Dividend, day, symbol, amount: amount);
    public static LedgerEntry Deposit(string day, decimal amount) => Of(EntryKind.Deposit, day, null, amount: amount);
    public static LedgerEntry Withdrawal(string day, decimal amount) => Of(EntryKind.Withdrawal, day, null, amount: amount);

    public static LedgerEntry ReturnOfCapital(string day, string symbol, decimal amount) =>
        Of(EntryKind.ReturnOfCapital, day, symbol, amount: amount);
    public static LedgerEntry TransferIn(string day, string symbol, decimal quantity, decimal price, string? acquired = null) =>
        Of(EntryKind.TransferIn, day, symbol, quantity, price) with
        {
            AcquiredAt = acquired is null ? null : new DateTimeOffset(Day(acquired).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero),
        };
    public static LedgerEntry TransferOut(string day, string symbol, decimal quantity) => Of(EntryKind.TransferOut, day, symbol, quantity);
    public static LedgerEntry Spinoff(string day, string symbol, string target, decimal ratio, decimal costFraction, decimal inLieu = 0) =>
        Of(EntryKind.Spinoff, day, symbol, amount: inLieu, ratio: ratio) with { TargetSymbol = target, CostFraction = costFraction };
    public static LedgerEntry Merger(
        string day,
        string symbol,
        string? target,
        decimal ratio,
        decimal amount = 0,
        decimal costFraction = 1
    ) => Of(EntryKind.Merger, day, symbol, amount: amount, ratio: ratio) with { TargetSymbol = target, CostFraction = costFraction };

    public static LedgerEntry Of(
        EntryKind kind,
        string day,
        string? symbol,
        decimal quantity = 0,
        decimal price = 0,
        decimal amount = 0,
        decimal fee = 0,
        decimal ratio = 0
    ) =>
        new(
            Guid.NewGuid(),
            new DateTimeOffset(
                Day(day)
                    .ToDateTime(kind is EntryKind.Split or EntryKind.Spinoff or EntryKind.Merger ? TimeOnly.MinValue : new TimeOnly(15, 0)),
                TimeSpan.Zero
            ),
            ++_sequence,
            kind,
            symbol,
            quantity,
            price,
            amount,
            fee,
            0,
            ratio,
            "USD",
            1
        );

    public static DateOnly Day(string day) => DateOnly.ParseExact(day, "yyyy-MM-dd");
}
