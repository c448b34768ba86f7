using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Finance.Lots;
using AgentInvest.Portfolio.Ledger;
using AgentInvest.Portfolio.Portfolios;
using Microsoft.Extensions.Caching.Memory;

namespace AgentInvest.Portfolio.Holdings;

/// <summary>One version of a portfolio's books: its entries in their order and, worked out once, where they lead.</summary>
/// <param name="lastSeq">The highest <c>seq</c> of the ledger's rows in it.</param>
internal sealed class LoadedBook(PortfolioRow portfolio, IReadOnlyList<LedgerEntry> entries, long lastSeq)
{
    private readonly Lazy<(Book Book, Dictionary<Guid, Booked> Journal)> _replayed = new(() => Replay(portfolio, entries));

    public PortfolioRow Portfolio => portfolio;
    public IReadOnlyList<LedgerEntry> Entries => entries;
    public long LastSeq => lastSeq;

    /// <summary>After the last entry. Shared: never apply anything to it.</summary>
    public Book Current => _replayed.Value.Book;

    /// <summary>What each entry did to the lots.</summary>
    public IReadOnlyDictionary<Guid, Booked> Journal => _replayed.Value.Journal;

    /// <summary>At the end of a day.</summary>
    public Book At(DateOnly day) =>
        entries.Count == 0 || entries[^1].Day <= day
            ? Current
            : Book.Replay(entries.TakeWhile(e => e.Day <= day), portfolio.CostBasisMethod, portfolio.BaseCurrency);

    private static (Book, Dictionary<Guid, Booked>) Replay(PortfolioRow portfolio, IReadOnlyList<LedgerEntry> entries)
    {
        var (book, journal) = (new Book(portfolio.CostBasisMethod, portfolio.BaseCurrency), new Dictionary<Guid, Booked>(entries.Count));
        foreach (var entry in entries) journal[entry.Id] = book.Apply(entry);
        return (book, journal);
    }
}

/// <summary>
/// A version of the books never changes, so it is kept in memory: a read that finds the version it wants reads one row. Bounded by the
/// number of entries held.
/// </summary>
[Singleton]
public sealed class BookLoader(Db db, PortfolioFinder find) : IDisposable
{
    private const long MaxEntries = 300_000;
    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = MaxEntries });

    internal async Task<LoadedBook> LoadAsync(Guid userId, Guid? portfolioId, CancellationToken ct)
    {
        for (var portfolio = await find.FindAsync(userId, portfolioId, ct); ;)
        {
            var known = _cache.Get<LoadedBook>(portfolio.Id);
            if (known?.Portfolio.Version == portfolio.Version) return known;
            var (entries, lastSeq) =
                known is not null && await AddedAsync(known, ct) is { } added ? added : Of(await LedgerStore.ListAsync(db, portfolio, ct));
            // A booking between the two reads would pass its entries off as those of the version before.
            var after = await find.FindAsync(userId, portfolio.Id, ct);
            if (after.Version == portfolio.Version)
                return _cache.Set(
                    portfolio.Id,
                    new LoadedBook(after, entries, lastSeq),
                    new MemoryCacheEntryOptions { Size = entries.Count + 10, SlidingExpiration = TimeSpan.FromMinutes(10) }
                );
            portfolio = after;
        }
    }

    /// <summary>Most changes only add rows: these are read and put in their places. Null where any was reversed since.</summary>
    private async Task<(List<LedgerEntry>, long)?> AddedAsync(LoadedBook known, CancellationToken ct)
    {
        var (user, id) = (known.Portfolio.UserId, known.Portfolio.Id);
        var added = await LedgerStore.ListSinceAsync(db, known.Portfolio, known.LastSeq, ct);
        var count = await db.OneAsync(
            "select count(*)::int from portfolio.transactions where user_id = $1 and portfolio_id = $2 and reversed_by is null",
            r => r.GetInt32(0),
            ct,
            user,
            id
        );
        if (count != known.Entries.Count + added.Count) return null;
        List<LedgerEntry> entries = [.. known.Entries, .. added.Select(r => r.ToEntry())];
        entries.Sort(LedgerEntry.Order);
        return (entries, added.Count == 0 ? known.LastSeq : added.Max(r => r.Seq));
    }

    private static (List<LedgerEntry>, long) Of(List<LedgerRow> rows) =>
        (LedgerStore.Ordered(rows), rows.Count == 0 ? 0 : rows.Max(r => r.Seq));

    public void Dispose() => _cache.Dispose();
}
