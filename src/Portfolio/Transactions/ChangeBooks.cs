using AgentInvest.Core.Data;
using AgentInvest.Core.Security;
using AgentInvest.Finance.Lots;
using AgentInvest.Portfolio.Portfolios;
using Npgsql;

namespace AgentInvest.Portfolio.Transactions;

/// <summary>
/// The only writer of the ledger. Entries are added and reversed together or not at all: the portfolio's row is locked, the entries of the
/// symbols touched are read, the change is applied together with all that follow it, the feed's entries are derived anew. A change that
/// would take more than is held, then or later, is refused and nothing is written.
/// </summary>
internal sealed class ChangeBooks(Db db, FeedActions feeds)
{
    private const int AuditedTogether = 500;

    /// <param name="Add">The user's new entries, in order.</param>
    public sealed record Change(IReadOnlyList<LedgerRow> Add, IReadOnlyList<Reversal> Reverse)
    {
        public static Change Of(LedgerRow row) => new([row], []);
    }

    /// <param name="Added">The user's new entries as they are now in the books.</param>
    /// <param name="Booked">What each entry of the symbols touched did to the lots, by <see cref="LedgerRow.LotId"/>.</param>
    public sealed record Result(PortfolioRow Portfolio, IReadOnlyList<LedgerRow> Added, IReadOnlyDictionary<Guid, Booked> Booked);

    /// <param name="touched">Symbols the change may be about; what the feed knows of them is looked up before the lock.</param>
    /// <param name="decide">Says, with the books locked, what to change.</param>
    public async Task<Result> HandleAsync(
        PortfolioRow portfolio,
        string? ifMatch,
        IReadOnlyCollection<string> touched,
        Func<Tx, PortfolioRow, Task<Change>> decide,
        CancellationToken ct
    )
    {
        var known = await feeds.OfAsync(portfolio, touched, ct);
        try
        {
            return await db.InTransactionAsync(async tx =>
            {
                var batch = tx.Batch();
                var row = FindPortfolio.Lock(batch, portfolio);
                var reading = touched.Count == 0 ? null : Ledger.Read(batch, portfolio, touched.ToHashSet(StringComparer.Ordinal));
                await batch.RunAsync(ct);
                var locked = FindPortfolio.Locked(row, portfolio, ifMatch);
                return await ApplyAsync(tx, locked, await decide(tx, locked), known, ct, reading: reading);
            }, ct);
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

    /// <summary>
    /// The last of a transaction of the caller's, whose books are locked: where something is written, it commits. Without any change of the
    /// user's own: brings the feed's entries up to date.
    /// </summary>
    /// <param name="reading">What was read of the books since they are locked.</param>
    public static async Task<Result> ApplyAsync(
        Tx tx,
        PortfolioRow locked,
        Change change,
        IReadOnlyDictionary<string, Feed> known,
        CancellationToken ct,
        bool feedOnly = false,
        Ledger.Reading? reading = null
    )
    {
        if (change.Add.Count + change.Reverse.Count == 0 && !feedOnly) return new Result(locked, [], new Dictionary<Guid, Booked>());
        var touched = await TouchedAsync(tx, locked, change, known, ct);
        var (symbols, read) =
            touched.Count == 0
                ? (touched, null)
                : await LinkedAsync(
                    tx,
                    locked,
                    touched,
                    change.Add.Where(a => a.NewSymbol is not null).Select(a => (a.Symbol!, a.NewSymbol!)),
                    ct,
                    reading
                );
        var existing = read?.Of(symbols) ?? [];
        var reversed = change.Reverse.Select(r => r.Id).ToHashSet();
        // Places after everything that is there, until the database gives them theirs.
        var added = change.Add.Select((row, i) => row with { Seq = long.MaxValue - change.Add.Count + i }).ToList();
        // Where the feed is not known its entries stay as they are.
        bool Own(LedgerRow e) => !reversed.Contains(e.Id) && (!e.FromFeed || !known.ContainsKey(e.Symbol!));
        var dropped = read?.Dropped.All.ToHashSet() ?? [];
        foreach (var gone in existing.Where(e => e.FromFeed && change.Reverse.Contains(new Reversal(e.Id, e.Id))))
            dropped.Add((gone.Symbol!, gone.Type, gone.Day));
        var derived = FeedActions.Derive(
            locked.Method,
            existing.Where(Own).Concat(added.Where(a => a.Symbol is not null)).ToList(),
            known.Where(f => symbols.Contains(f.Key)).ToDictionary(StringComparer.Ordinal),
            dropped
        );
        var cause = change.Add.Count > 0 ? change.Add[0].Id : Guid.CreateVersion7();
        var (add, reverse) = FeedActions.Difference(
            existing.Where(e => e.FromFeed && !reversed.Contains(e.Id) && known.ContainsKey(e.Symbol!)),
            derived.Feed,
            cause
        );
        if (added.Count + add.Count + reverse.Count + reversed.Count == 0) return new Result(locked, [], derived.Booked);
        return await WriteAsync(tx, locked, change, [.. added, .. add], reverse, derived.Booked, ct);
    }

    /// <summary>
    /// All in one trip, the commit among it. The audit is of what somebody did, not of what the feed made of it; it comes last, because the
    /// chain's head stays locked from there on.
    /// </summary>
    private static async Task<Result> WriteAsync(
        Tx tx,
        PortfolioRow locked,
        Change change,
        IReadOnlyList<LedgerRow> add,
        List<Reversal> fromFeed,
        IReadOnlyDictionary<Guid, Booked> booked,
        CancellationToken ct
    )
    {
        var batch = tx.Batch();
        if (change.Reverse.Count + fromFeed.Count > 0) Ledger.Reverse(batch, locked, [.. change.Reverse, .. fromFeed]);
        var inserted = add.Count == 0 ? null : Ledger.Insert(batch, locked, add);
        var changed = Ledger.Changed(batch, locked);
        // A long import in several entries, so that none grows without bound.
        for (var from = 0; from < Math.Max(change.Add.Count, change.Reverse.Count); from += AuditedTogether)
            AuditLog.Add(
                batch,
                locked.UserId,
                "portfolio.booked",
                new
                {
                    portfolioId = locked.Id,
                    added = change
                        .Add.Skip(from)
                        .Take(AuditedTogether)
                        .Select(e => new
                        {
                            e.Id,
                            e.Type,
                            e.Symbol,
                            e.Quantity,
                            e.Price,
                            e.Amount,
                            e.Currency,
                        }),
                    reversed = change.Reverse.Skip(from).Take(AuditedTogether).Select(r => r.Id),
                }
            );
        await tx.RunLastAsync(batch, ct);
        return new Result(changed, inserted?.All.Take(change.Add.Count).ToList() ?? [], booked);
    }

    private static async Task<IReadOnlySet<string>> TouchedAsync(
        Tx tx,
        PortfolioRow locked,
        Change change,
        IReadOnlyDictionary<string, Feed> known,
        CancellationToken ct
    )
    {
        var symbols = change
            .Add.SelectMany(a => new[] { a.Symbol, a.NewSymbol })
            .OfType<string>()
            .Concat(known.Keys)
            .ToHashSet(StringComparer.Ordinal);
        if (change.Reverse.Count > 0)
            symbols.UnionWith(
                await tx.ListAsync(
                    "select symbol from portfolio.transactions where user_id = $1 and portfolio_id = $2 and id = any($3) and symbol is not null",
                    r => r.GetString(0),
                    ct,
                    locked.UserId,
                    locked.Id,
                    change.Reverse.Select(r => r.Id).ToArray()
                )
            );
        return symbols;
    }

    /// <summary>
    /// These symbols and all whose lots spin-offs and mergers tie to them, with what the books say of them; read anew only where the
    /// reading lacks one.
    /// </summary>
    public static async Task<(IReadOnlySet<string> Symbols, Ledger.Reading Reading)> LinkedAsync(
        Tx tx,
        PortfolioRow locked,
        IReadOnlySet<string> of,
        IEnumerable<(string From, string To)> more,
        CancellationToken ct,
        Ledger.Reading? reading = null
    )
    {
        reading ??= await Ledger.ReadAsync(tx, locked, of, ct);
        var symbols = of.ToHashSet(StringComparer.Ordinal);
        var links = reading.Links.All.Concat(more).ToList();
        for (var grown = true; grown;)
        {
            grown = false;
            foreach (var (from, to) in links.Where(l => symbols.Contains(l.From) != symbols.Contains(l.To)))
                grown = symbols.Add(from) | symbols.Add(to);
        }
        return (symbols, symbols.IsSubsetOf(reading.Symbols) ? reading : await Ledger.ReadAsync(tx, locked, symbols, ct));
    }
}
