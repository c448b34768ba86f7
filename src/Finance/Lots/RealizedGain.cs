namespace AgentInvest.Finance.Lots;

/// <summary>By which rule a sale was matched with what was sold.</summary>
public enum MatchRule
{
    /// <summary>The lots of the portfolio's own cost-basis method.</summary>
    Lot,

    /// <summary>UK: bought on the day of the sale.</summary>
    SameDay,

    /// <summary>UK: bought within the 30 days after it.</summary>
    ThirtyDays,

    /// <summary>UK: out of the pool of all other shares, at its average.</summary>
    Section104,
}

/// <summary>One line of a year's realised gains as tax law has it: fees inside cost and proceeds, in base currency.</summary>
/// <param name="EntryId">Of the sale; of the day's first where a rule takes the sales of a day together.</param>
/// <param name="LotId">Null where the shares come from a pool or from purchases taken together.</param>
/// <param name="Quantity">In shares of the day of the sale; 0 for money without shares (capital returned beyond cost).</param>
/// <param name="AcquiredOn">With what a wash sale carried over; null for a pool.</param>
/// <param name="Term">By US law; null under other law.</param>
/// <param name="Disallowed">The part of a loss that a wash sale defers, positive.</param>
public sealed record RealizedGain(
    string Symbol,
    Guid EntryId,
    Guid? LotId,
    decimal Quantity,
    DateOnly? AcquiredOn,
    DateOnly SoldOn,
    decimal Proceeds,
    decimal Cost,
    Term? Term,
    decimal Disallowed,
    MatchRule Rule
)
{
    public decimal Gain => Proceeds - Cost;

    /// <summary>The gain that counts in this year: what is disallowed comes back with the sale of its replacement.</summary>
    public decimal Taxable => Gain + Disallowed;

    /// <summary>What the entries realise by the book's own method, before any country's rules on replacements.</summary>
    public static IReadOnlyList<RealizedGain> Of(IEnumerable<LedgerEntry> ordered, CostBasisMethod method)
    {
        var book = new Book(method);
        var gains = new List<RealizedGain>();
        foreach (var entry in ordered)
            gains.AddRange(
                book.Apply(entry)
                    .Closed.Select(c => new RealizedGain(
                        SymbolOf(entry),
                        entry.Id,
                        c.LotId,
                        c.Quantity,
                        DayOf(c.OpenedAt),
                        entry.Day,
                        c.TaxProceeds,
                        c.TaxCost,
                        c.Term,
                        0,
                        MatchRule.Lot
                    ))
            );
        return gains;
    }

    /// <summary>A spin-off's fraction is one of the new company; of a merger it is the old company's shares that go.</summary>
    internal static string SymbolOf(LedgerEntry entry) => entry.Kind == EntryKind.Spinoff ? entry.TargetSymbol! : entry.Symbol!;

    internal static DateOnly DayOf(DateTimeOffset instant) => DateOnly.FromDateTime(instant.UtcDateTime);

    /// <summary>For each entry, how many of its symbol's shares after the last split one share of its day is.</summary>
    internal static decimal[] Scales(IReadOnlyList<LedgerEntry> ordered)
    {
        var scales = new decimal[ordered.Count];
        var later = new Dictionary<string, decimal>(StringComparer.Ordinal);
        for (var i = ordered.Count - 1; i >= 0; i--)
        {
            if (ordered[i].Symbol is not { } symbol) continue;
            scales[i] = later.GetValueOrDefault(symbol, 1);
            if (ordered[i].Kind == EntryKind.Split) later[symbol] = scales[i] * ordered[i].Ratio;
        }
        return scales;
    }
}
