namespace AgentInvest.Finance.Performance;

/// <summary>
/// Prices of one instrument, or rates of one currency into base, ascending by day. Carried forward from the last one known.
/// </summary>
/// <param name="Currency">What the prices are in; null for base currency.</param>
public sealed record PriceHistory(DateOnly[] Days, decimal[] Prices, string? Currency = null)
{
    /// <summary>The index of the last day up to this one; −1 before the first.</summary>
    internal int At(DateOnly day)
    {
        var at = Array.BinarySearch(Days, day);
        return at >= 0 ? at : ~at - 1;
    }

    /// <summary>The last price known on that day; null before the first.</summary>
    public decimal? On(DateOnly day) => At(day) is >= 0 and var at ? Prices[at] : null;
}

/// <summary>Prices of a book's instruments and rates of its currencies.</summary>
/// <param name="Prices">By symbol; raw, as traded.</param>
/// <param name="Rates">By currency: base currency per unit.</param>
public sealed record MarketHistory(IReadOnlyDictionary<string, PriceHistory> Prices, IReadOnlyDictionary<string, PriceHistory> Rates)
{
    public static MarketHistory InBase(IReadOnlyDictionary<string, PriceHistory> prices) =>
        new(prices, new Dictionary<string, PriceHistory>());
}
