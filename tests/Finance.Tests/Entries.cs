using AgentInvest.Finance.Lots;

namespace AgentInvest.Finance.Tests;

/// <summary>Entries of a book, written briefly.</summary>
internal static class Entries
{
    private static long _sequence;

    public static LedgerEntry Buy(string day, string symbol, decimal quantity, decimal price, decimal fee = 0) => Of(EntryKind.Buy, day, symbol, quantity, price, fee: fee);
    public static LedgerEntry Sell(string day, string symbol, decimal quantity, decimal price, decimal fee = 0) => Of(EntryKind.Sell, day, symbol, quantity, price, fee: fee);
    public static LedgerEntry Split(string day, string symbol, decimal ratio) => Of(EntryKind.Split, day, symbol, ratio: ratio);
    public static LedgerEntry Dividend(string day, string symbol, decimal amount) => Of(EntryKind.Dividend, day, symbol, amount: amount);
    public static LedgerEntry Deposit(string day, decimal amount) => Of(EntryKind.Deposit, day, null, amount: amount);
    public static LedgerEntry Withdrawal(string day, decimal amount) => Of(EntryKind.Withdrawal, day, null, amount: amount);

    public static LedgerEntry Of(EntryKind kind, string day, string? symbol, decimal quantity = 0, decimal price = 0, decimal amount = 0, decimal fee = 0, decimal ratio = 0) =>
        new(Guid.NewGuid(), new DateTimeOffset(Day(day).ToDateTime(kind == EntryKind.Split ? TimeOnly.MinValue : new TimeOnly(15, 0)), TimeSpan.Zero), ++_sequence, kind, symbol, quantity, price, amount, fee, 0, ratio, "USD", 1);

    public static DateOnly Day(string day) => DateOnly.ParseExact(day, "yyyy-MM-dd");
}
