using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Finance.Lots;
using AgentInvest.Portfolio.Portfolios;
using Npgsql;

namespace AgentInvest.Portfolio.Ledger;

/// <summary>
/// The only writer of the ledger. Entries are added and reversed together or not at all: the portfolio's row is locked, the entries of the
/// symbols touched are read, the change is applied together with all that follow it, the feed's entries are derived anew. A change that
/// would take more than is held, then or later, is refused and nothing is written.
/// </summary>
[Singleton]
public sealed class LedgerWriter(Db db, PortfolioFinder find, LedgerFeed feed)
{
    private const int MaxEntriesPerAudit = 500;

    /// <summary>
    /// Prepares a booking for the portfolio as this host last saw it, which saves a trip, and books it. A refusal may be of what the
    /// portfolio was and no longer is: then the booking is prepared again for the portfolio as it is now.
    /// </summary>
    internal async Task<LedgerResult> BookAsync(
        Guid userId,
        Guid? portfolioId,
        string? ifMatch,
        Func<PortfolioRow, Task<LedgerDraft>> prepare,
        CancellationToken ct
    )
    {
        if (find.LastSeen(userId, portfolioId) is not { } seen) return await BookInAsync(await find.FindAsync(userId, portfolioId, ct));
        try
        {
            return await BookInAsync(seen);
        }
        catch (ProblemException)
        {
            var current = await find.FindAsync(userId, portfolioId, ct);
            if (current.Id == seen.Id && current.BaseCurrency == seen.BaseCurrency) throw;
            return await BookInAsync(current);
        }

        async Task<LedgerResult> BookInAsync(PortfolioRow portfolio) =>
            await BookAsync(portfolio, ifMatch, await prepare(portfolio), ct);
    }

    /// <param name="portfolio">As it was when the draft was prepared.</param>
    /// <exception cref="ProblemException">404 when the portfolio has gone, 409 when its base currency has changed since or an externalId is
    /// in the books, 412 when it is another than the caller has read, 422 when more would be taken than is held.</exception>
    internal async Task<LedgerResult> BookAsync(PortfolioRow portfolio, string? ifMatch, LedgerDraft draft, CancellationToken ct)
    {
        var feeds = await feed.FindAsync(portfolio, draft.Symbols, ct);
        try
        {
            return await db.InTransactionAsync(
                async tx =>
                {
                    var batch = tx.Batch();
                    var row = PortfolioFinder.Lock(batch, portfolio);
                    var reading =
                        draft.Symbols.Count == 0
                            ? null
                            : LedgerStore.Read(batch, portfolio, draft.Symbols.ToHashSet(StringComparer.Ordinal));
                    await batch.RunAsync(ct);
                    var books = new LockedBooks(tx, PortfolioFinder.Locked(row, portfolio, ifMatch), feeds, reading);
                    var change = await draft.Decide(books);
                    return change.IsNone
                        ? new LedgerResult(books.Portfolio, [], new Dictionary<Guid, Booked>())
                        : await ApplyAsync(books, change, ct);
                },
                ct
            );
        }
        catch (InsufficientQuantityException e)
        {
            throw PortfolioProblems.InsufficientQuantity(e);
        }
        catch (OverflowException)
        {
            throw PortfolioProblems.TooLarge();
        }
        catch (PostgresException e) when (e.ConstraintName == "transactions_external")
        {
            throw PortfolioProblems.DuplicateExternalId();
        }
    }

    /// <summary>Brings the feed's entries of a symbol up to date without any entry of the user's.</summary>
    /// <returns>Whether anything changed.</returns>
    /// <exception cref="InsufficientQuantityException">An action of the feed makes an entry of the user's impossible.</exception>
    internal async Task<bool> UpdateFeedAsync(PortfolioRow portfolio, string symbol, CancellationToken ct)
    {
        var feeds = await feed.FindAsync(portfolio, [symbol], ct);
        return await db.InTransactionAsync(
            async tx =>
            {
                var locked = await PortfolioFinder.LockAsync(tx, portfolio, null, ct);
                var result = await ApplyAsync(new LockedBooks(tx, locked, feeds, null), LedgerChange.None, ct);
                return result.Portfolio.Version > locked.Version;
            },
            ct
        );
    }

    /// <summary>The last of the transaction: where something is written, it commits.</summary>
    private static async Task<LedgerResult> ApplyAsync(LockedBooks books, LedgerChange change, CancellationToken ct)
    {
        var (locked, feeds) = (books.Portfolio, books.Feeds);
        if (locked.CostBasisMethod != CostBasisMethod.Specific && change.Add.Any(a => a.LotIds is not null))
            throw PortfolioProblems.LotsNotNameable();
        var touched = await TouchedAsync(books, change, ct);
        var (symbols, reading) =
            touched.Count == 0
                ? (touched, null)
                : await books.LinkedAsync(touched, change.Links, ct);
        var existing = reading?.Of(symbols) ?? [];
        var reversed = change.Reverse.Select(r => r.Id).ToHashSet();
        // Places after everything that is there, until the database gives them theirs.
        var added = change.Add.Select((row, i) => row with { Seq = long.MaxValue - change.Add.Count + i }).ToList();
        // Where the feed is not known its entries stay as they are.
        bool IsKept(LedgerRow e) => !reversed.Contains(e.Id) && (!e.FromFeed || !feeds.ContainsKey(e.Symbol!));
        var dropped = reading?.Dropped.All.ToHashSet() ?? [];
        foreach (var gone in existing.Where(e => e.FromFeed && change.Reverse.Contains(new Reversal(e.Id, e.Id))))
            dropped.Add(gone.Action);
        var derived = LedgerFeed.Derive(
            locked.CostBasisMethod,
            existing.Where(IsKept).Concat(added.Where(a => a.Symbol is not null)).ToList(),
            feeds.Where(f => symbols.Contains(f.Key)).ToDictionary(StringComparer.Ordinal),
            dropped
        );
        var cause = change.Add.Count > 0 ? change.Add[0].Id : Guid.CreateVersion7();
        var (add, reverse) = LedgerFeed.Difference(
            existing.Where(e => e.FromFeed && !reversed.Contains(e.Id) && feeds.ContainsKey(e.Symbol!)),
            derived.Feed,
            cause
        );
        if (change.IsNone && add.Count + reverse.Count == 0) return new LedgerResult(locked, [], derived.Booked);
        return await WriteAsync(books.Tx, locked, change, [.. added, .. add], reverse, derived.Booked, ct);
    }

    /// <summary>
    /// All in one trip, the commit among it. The audit is of what somebody did, not of what the feed made of it; it comes last, because the
    /// chain's head stays locked from there on.
    /// </summary>
    private static async Task<LedgerResult> WriteAsync(
        Tx tx,
        PortfolioRow locked,
        LedgerChange change,
        IReadOnlyList<LedgerRow> add,
        List<Reversal> fromFeed,
        IReadOnlyDictionary<Guid, Booked> booked,
        CancellationToken ct
    )
    {
        var batch = tx.Batch();
        if (change.Reverse.Count + fromFeed.Count > 0) LedgerStore.Reverse(batch, locked, [.. change.Reverse, .. fromFeed]);
        var inserted = add.Count == 0 ? null : LedgerStore.Insert(batch, locked, add);
        var changed = LedgerStore.IncrementVersion(batch, locked);
        AddAudit(batch, locked, change);
        await tx.RunLastAsync(batch, ct);
        return new LedgerResult(changed, inserted?.All.Take(change.Add.Count).ToList() ?? [], booked);
    }

    /// <summary>A long import in several entries, so that none grows without bound.</summary>
    private static void AddAudit(Batch batch, PortfolioRow locked, LedgerChange change)
    {
        for (var from = 0; from < Math.Max(change.Add.Count, change.Reverse.Count); from += MaxEntriesPerAudit)
            AuditLog.Add(
                batch,
                locked.UserId,
                "portfolio.booked",
                new
                {
                    portfolioId = locked.Id,
                    added = change
                        .Add.Skip(from)
                        .Take(MaxEntriesPerAudit)
                        .Select(e => new
                        {
                            e.Id,
                            Type = EnumNames.Of(e.Kind),
                            e.Symbol,
                            e.Quantity,
                            e.Price,
                            e.Amount,
                            e.Currency,
                        }),
                    reversed = change.Reverse.Skip(from).Take(MaxEntriesPerAudit).Select(r => r.Id),
                }
            );
    }

    private static async Task<IReadOnlySet<string>> TouchedAsync(LockedBooks books, LedgerChange change, CancellationToken ct)
    {
        var symbols = change.Add.SelectMany(a => a.Symbols).Concat(books.Feeds.Keys).ToHashSet(StringComparer.Ordinal);
        if (change.Reverse.Count > 0)
            symbols.UnionWith(
                await books.Tx.ListAsync(
                    """
                    select symbol from portfolio.transactions
                    where user_id = $1 and portfolio_id = $2 and id = any($3) and symbol is not null
                    """,
                    r => r.GetString(0),
                    ct,
                    books.Portfolio.UserId,
                    books.Portfolio.Id,
                    change.Reverse.Select(r => r.Id).ToArray()
                )
            );
        return symbols;
    }
}
