using AgentInvest.Finance.Lots;

namespace AgentInvest.Finance.Performance;

/// <summary>Values a book day by day; days must not go back, so that each price is passed once.</summary>
public sealed class Valuer(IReadOnlyDictionary<string, PriceHistory> prices)
{
    private readonly Dictionary<string, int> _at = new(StringComparer.Ordinal);

    /// <summary>The market value at the close of the day, without cash, and whether any price was of that very day.</summary>
    public (decimal Value, bool Priced) Value(Book book, DateOnly day)
    {
        var value = 0m;
        var priced = false;
        foreach (var (symbol, position) in book.Positions)
        {
            if (position.Quantity == 0) continue;
            var (price, today) = PriceOf(symbol, day);
            value += position.Quantity * (price ?? position.LastPrice);
            priced |= today;
        }
        return (value, priced);
    }

    private (decimal? Price, bool Today) PriceOf(string symbol, DateOnly day)
    {
        if (!prices.TryGetValue(symbol, out var history)) return (null, false);
        var at = _at.GetValueOrDefault(symbol, -1);
        while (at + 1 < history.Days.Length && history.Days[at + 1] <= day) at++;
        _at[symbol] = at;
        return at < 0 ? (null, false) : (history.Prices[at], history.Days[at] == day);
    }
}
