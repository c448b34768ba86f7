using AgentInvest.Core.Data;
using AgentInvest.Finance.Lots;
using AgentInvest.Portfolio.Portfolios;

namespace AgentInvest.Portfolio.Ledger;

/// <summary>What a booking wants of the ledger, made ready before the books are locked.</summary>
/// <param name="Symbols">Those whose entries of the feed may change by it; what the feed reports of them is looked up before the
/// lock.</param>
/// <param name="Decide">Says, with the books locked, what to change.</param>
internal sealed record LedgerDraft(IReadOnlyCollection<string> Symbols, Func<LockedBooks, Task<LedgerChange>> Decide);

/// <param name="Add">The user's new entries, in order.</param>
internal sealed record LedgerChange(IReadOnlyList<LedgerRow> Add, IReadOnlyList<Reversal> Reverse)
{
    public static LedgerChange None { get; } = new([], []);

    /// <summary>The spin-offs and mergers among the new entries.</summary>
    public IEnumerable<(string From, string To)> Links =>
        Add.Where(a => a.NewSymbol is not null).Select(a => (a.Symbol!, a.NewSymbol!));

    public bool IsNone => Add.Count + Reverse.Count == 0;

    public static LedgerChange Of(LedgerRow row) => new([row], []);
}

/// <summary>Marks an entry as no longer in force; by itself where nothing stands in its place.</summary>
internal sealed record Reversal(Guid Id, Guid By);

/// <param name="Portfolio">As it is after the change.</param>
/// <param name="Added">The user's new entries as they are now in the books.</param>
/// <param name="Booked">What each entry of the symbols touched did to the lots, by <see cref="LedgerRow.LotId"/>.</param>
internal sealed record LedgerResult(PortfolioRow Portfolio, IReadOnlyList<LedgerRow> Added, IReadOnlyDictionary<Guid, Booked> Booked);

/// <summary>The books of a portfolio, locked: nobody else writes to them before the transaction ends.</summary>
/// <param name="Feeds">What the feed knows of the draft's symbols.</param>
/// <param name="Reading">What was read of the books with the lock; null where the draft names no symbol.</param>
internal sealed record LockedBooks(Tx Tx, PortfolioRow Portfolio, IReadOnlyDictionary<string, Feed> Feeds, LedgerReading? Reading)
{
    /// <summary>
    /// These symbols and all whose lots spin-offs and mergers tie to them, with what the books say of them; read anew only where
    /// <see cref="Reading"/> lacks one.
    /// </summary>
    /// <param name="links">Ties that are not in the books yet.</param>
    public async Task<(IReadOnlySet<string> Symbols, LedgerReading Reading)> LinkedAsync(
        IReadOnlySet<string> symbols,
        IEnumerable<(string From, string To)> links,
        CancellationToken ct
    )
    {
        var reading = Reading ?? await LedgerStore.ReadAsync(Tx, Portfolio, symbols, ct);
        var linked = symbols.ToHashSet(StringComparer.Ordinal);
        var all = reading.Links.All.Concat(links).ToList();
        for (var grown = true; grown; )
        {
            grown = false;
            foreach (var (from, to) in all.Where(l => linked.Contains(l.From) != linked.Contains(l.To)))
                grown = linked.Add(from) | linked.Add(to);
        }
        return (linked, linked.IsSubsetOf(reading.Symbols) ? reading : await LedgerStore.ReadAsync(Tx, Portfolio, linked, ct));
    }
}
