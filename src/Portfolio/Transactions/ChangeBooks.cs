using AgentInvest.Core;
using AgentInvest.Finance.Lots;
using AgentInvest.Portfolio.Portfolios;
using Npgsql;

namespace AgentInvest.Portfolio.Transactions;

/// <summary>
/// The only writer of the ledger. Entries are added and reversed together or not at all: the portfolio's row is locked, the entries of the symbols touched are read,
/// the change is applied together with all that follow it, the feed's entries are derived anew. A change that would take more than is held, then or later, is
/// refused and nothing is written.
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
    public async Task<Result> HandleAsync(PortfolioRow portfolio, string? ifMatch, IReadOnlyCollection<string> touched, Func<Tx, PortfolioRow, Task<Change>> decide, CancellationToken ct)
    {
        var known = await feeds.OfAsync(portfolio, touched, ct);
        try
        {
            return await db.InTransactionAsync(async tx =>
            {
                var locked = await FindPortfolio.LockAsync(tx, portfolio, ifMatch, ct);
                return await ApplyAsync(tx, locked, await decide(tx, locked), known, ct);
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

    /// <summary>In a transaction of the caller's, whose books are locked. Without any change of the user's own: brings the feed's entries up to date.</summary>
    public static async Task<Result> ApplyAsync(Tx tx, PortfolioRow locked, Change change, IReadOnlyDictionary<string, Feed> known, CancellationToken ct, bool feedOnly = false)
    {
        if (change.Add.Count + change.Reverse.Count == 0 && !feedOnly) return new Result(locked, [], new Dictionary<Guid, Booked>());
        var symbols = await TouchedAsync(tx, locked, change, known, ct);
        var existing = symbols.Length == 0 ? [] : await Ledger.OfSymbolsAsync(tx, locked, symbols, ct);
        var reversed = change.Reverse.Select(r => r.Id).ToHashSet();
        // Places after everything that is there, until the database gives them theirs.
        var added = change.Add.Select((row, i) => row with { Seq = long.MaxValue - change.Add.Count + i }).ToList();
        // Where the feed is not known its entries stay as they are.
        bool Own(LedgerRow e) => !reversed.Contains(e.Id) && (!e.FromFeed || !known.ContainsKey(e.Symbol!));
        var dropped = known.Values.Any(f => f.Actions.Count > 0) ? await Ledger.DroppedAsync(tx, locked, symbols, ct) : [];
        foreach (var gone in existing.Where(e => e.FromFeed && change.Reverse.Contains(new Reversal(e.Id, e.Id)))) dropped.Add((gone.Symbol!, gone.Type, gone.Day));
        var derived = FeedActions.Derive(locked.Method, existing.Where(Own).Concat(added.Where(a => a.Symbol is not null)).ToList(), known.Where(f => symbols.Contains(f.Key)).ToDictionary(StringComparer.Ordinal), dropped);
        var cause = change.Add.Count > 0 ? change.Add[0].Id : Guid.CreateVersion7();
        var (add, reverse) = FeedActions.Difference(existing.Where(e => e.FromFeed && !reversed.Contains(e.Id) && known.ContainsKey(e.Symbol!)), derived.Feed, cause);
        if (reverse.Count + reversed.Count > 0) await Ledger.ReverseAsync(tx, locked, [.. change.Reverse, .. reverse], ct);
        if (added.Count + add.Count + reverse.Count + reversed.Count == 0) return new Result(locked, [], derived.Booked);
        var inserted = added.Count + add.Count == 0 ? [] : await Ledger.InsertAsync(tx, locked, [.. added, .. add], ct);
        var own = inserted.Take(added.Count).ToList();
        var changed = await Ledger.ChangedAsync(tx, locked, ct);
        await AuditAsync(tx, locked, own, change.Reverse, ct);
        return new Result(changed, own, derived.Booked);
    }

    /// <summary>
    /// What somebody did, not what the feed made of it; a long import in several entries, so that none grows without bound. Last, because the chain's head stays
    /// locked from here on.
    /// </summary>
    private static async Task AuditAsync(Tx tx, PortfolioRow locked, IReadOnlyList<LedgerRow> added, IReadOnlyList<Reversal> reversals, CancellationToken ct)
    {
        if (added.Count + reversals.Count == 0) return;
        var at = added.Count > 0 ? added[0].CreatedAt : await tx.OneAsync("select now()", r => r.Instant(0), ct);
        var reversed = reversals.Select(r => r.Id).ToList();
        for (var from = 0; from == 0 || from < Math.Max(added.Count, reversed.Count); from += AuditedTogether)
            await AuditLog.AddAsync(tx, locked.UserId, "portfolio.booked", new
            {
                portfolioId = locked.Id,
                added = added.Skip(from).Take(AuditedTogether).Select(e => new { e.Id, e.Type, e.Symbol, e.Quantity, e.Price, e.Amount, e.Currency }),
                reversed = reversed.Skip(from).Take(AuditedTogether),
            }, at, ct);
    }

    private static async Task<string[]> TouchedAsync(Tx tx, PortfolioRow locked, Change change, IReadOnlyDictionary<string, Feed> known, CancellationToken ct)
    {
        var symbols = change.Add.SelectMany(a => new[] { a.Symbol, a.NewSymbol }).OfType<string>().Concat(known.Keys).ToList();
        if (change.Reverse.Count > 0)
            symbols.AddRange(await tx.ListAsync("select symbol from portfolio.transactions where user_id = $1 and portfolio_id = $2 and id = any($3) and symbol is not null", r => r.GetString(0), ct,
                locked.UserId, locked.Id, change.Reverse.Select(r => r.Id).ToArray()));
        return symbols.Count == 0 ? [] : await LinkedAsync(tx, locked, symbols, change.Add.Where(a => a.NewSymbol is not null).Select(a => (a.Symbol!, a.NewSymbol!)), ct);
    }

    /// <summary>These symbols and all whose lots spin-offs and mergers tie to them.</summary>
    public static async Task<string[]> LinkedAsync(Tx tx, PortfolioRow locked, IEnumerable<string> of, IEnumerable<(string From, string To)> more, CancellationToken ct)
    {
        var symbols = of.ToHashSet(StringComparer.Ordinal);
        var links = (await Ledger.LinksAsync(tx, locked, ct)).Concat(more).ToList();
        for (var grown = true; grown;)
        {
            grown = false;
            foreach (var (from, to) in links.Where(l => symbols.Contains(l.From) != symbols.Contains(l.To))) grown = symbols.Add(from) | symbols.Add(to);
        }
        return [.. symbols];
    }
}
