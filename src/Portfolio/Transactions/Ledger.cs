using AgentInvest.Core;
using AgentInvest.Finance.Lots;
using AgentInvest.Portfolio.Portfolios;

namespace AgentInvest.Portfolio.Transactions;

/// <summary>The ledger's SQL.</summary>
internal static class Ledger
{
    /// <summary>All that is in force.</summary>
    public static Task<List<LedgerRow>> RowsAsync(Db db, PortfolioRow portfolio, CancellationToken ct) =>
        db.ListAsync($"select {LedgerRow.Columns} from portfolio.transactions where user_id = $1 and portfolio_id = $2 and reversed_by is null order by executed_at, seq",
            LedgerRow.Read, ct, portfolio.UserId, portfolio.Id);

    /// <summary>Of what is in force, the lines written after one.</summary>
    public static Task<List<LedgerRow>> RowsSinceAsync(Db db, PortfolioRow portfolio, long seq, CancellationToken ct) =>
        db.ListAsync($"select {LedgerRow.Columns} from portfolio.transactions where user_id = $1 and portfolio_id = $2 and reversed_by is null and seq > $3", LedgerRow.Read, ct, portfolio.UserId, portfolio.Id, seq);

    /// <summary>What the books say of some symbols.</summary>
    /// <param name="Links">Spin-offs and mergers tie the lots of one symbol to those of another; those of the whole portfolio.</param>
    /// <param name="Dropped">The feed's entries that the user has deleted.</param>
    public sealed record Reading(
        IReadOnlySet<string> Symbols, Batch.Rows<LedgerRow> Rows, Batch.Rows<(string From, string To)> Links, Batch.Rows<(string Symbol, string Type, DateOnly Day)> Dropped)
    {
        public List<LedgerRow> Of(IReadOnlySet<string> symbols) => Rows.All.Where(r => symbols.Contains(r.Symbol!)).ToList();
    }

    public static async Task<Reading> ReadAsync(Tx tx, PortfolioRow portfolio, IReadOnlySet<string> symbols, CancellationToken ct)
    {
        var batch = tx.Batch();
        var reading = Read(batch, portfolio, symbols);
        await batch.RunAsync(ct);
        return reading;
    }

    /// <summary>With other statements in one trip.</summary>
    public static Reading Read(Batch batch, PortfolioRow portfolio, IReadOnlySet<string> symbols)
    {
        var names = symbols.ToArray();
        return new Reading(symbols,
            batch.Add($"select {LedgerRow.Columns} from portfolio.transactions where user_id = $1 and portfolio_id = $2 and symbol = any($3) and reversed_by is null order by executed_at, seq",
                LedgerRow.Read, portfolio.UserId, portfolio.Id, names),
            batch.Add("select distinct symbol, new_symbol from portfolio.transactions where user_id = $1 and portfolio_id = $2 and new_symbol is not null and reversed_by is null",
                r => (r.GetString(0), r.GetString(1)), portfolio.UserId, portfolio.Id),
            batch.Add("select symbol, type, executed_at from portfolio.transactions where user_id = $1 and portfolio_id = $2 and symbol = any($3) and source = 'feed' and reversed_by = id",
                r => (r.GetString(0), r.GetString(1), Instants.DayOf(r.Instant(2))), portfolio.UserId, portfolio.Id, names));
    }

    /// <summary>All that stands, and with it what it was before corrections: an import must not bring back what was corrected.</summary>
    public static Task<List<LedgerRow>> ChainsAsync(Tx tx, PortfolioRow portfolio, CancellationToken ct) =>
        tx.ListAsync($"select {LedgerRow.Columns} from portfolio.transactions where user_id = $1 and portfolio_id = $2 and (reversed_by is null or (reversed_by <> id and source = 'user')) order by executed_at, seq",
            LedgerRow.Read, ct, portfolio.UserId, portfolio.Id);

    public static List<LedgerEntry> Ordered(IEnumerable<LedgerRow> rows)
    {
        var entries = rows.Select(r => r.ToEntry()).ToList();
        entries.Sort(LedgerEntry.Order);
        return entries;
    }

    /// <summary>In the order given, which is the order of their <c>seq</c>.</summary>
    public static Batch.Rows<LedgerRow> Insert(Batch batch, PortfolioRow portfolio, IReadOnlyList<LedgerRow> rows) => batch.Add($"""
        insert into portfolio.transactions (user_id, portfolio_id, id, type, symbol, quantity, price, amount, fee, tax, ratio, currency, fx_rate, executed_at, external_id, note, source, new_symbol, cost_fraction, lot_ids, replaces, root, place, acquired_at)
        select $1, $2, id, type, symbol, quantity, price, amount, fee, tax, ratio, currency, fx_rate, executed_at, external_id, note, source, new_symbol, cost_fraction, string_to_array(lot_ids, ',')::uuid[], replaces, root, place, acquired_at
        from unnest($3::uuid[], $4::text[], $5::text[], $6::numeric[], $7::numeric[], $8::numeric[], $9::numeric[], $10::numeric[], $11::numeric[], $12::text[], $13::numeric[], $14::timestamptz[], $15::text[], $16::text[], $17::text[],
            $18::text[], $19::numeric[], $20::text[], $21::uuid[], $22::uuid[], $23::bigint[], $24::timestamptz[]) with ordinality
            as t (id, type, symbol, quantity, price, amount, fee, tax, ratio, currency, fx_rate, executed_at, external_id, note, source, new_symbol, cost_fraction, lot_ids, replaces, root, place, acquired_at, n)
        order by n returning {LedgerRow.Columns}
        """, LedgerRow.Read, [portfolio.UserId, portfolio.Id, .. LedgerRow.ToColumns(rows)]);

    public static void Reverse(Batch batch, PortfolioRow portfolio, IReadOnlyList<Reversal> reversals) => batch.Execute("""
        update portfolio.transactions t set reversed_by = r.by from unnest($3::uuid[], $4::uuid[]) as r (id, by) where t.user_id = $1 and t.portfolio_id = $2 and t.id = r.id
        """, portfolio.UserId, portfolio.Id, reversals.Select(r => r.Id).ToArray(), reversals.Select(r => r.By).ToArray());

    /// <summary>Counts the change and asks for the analytics of the new version.</summary>
    public static PortfolioRow Changed(Batch batch, PortfolioRow locked)
    {
        var changed = locked with { Version = locked.Version + 1 };
        batch.Execute("update portfolio.portfolios set version = $3 where user_id = $1 and id = $2", locked.UserId, locked.Id, changed.Version);
        Analytics.AnalyticsRequest.Add(batch, changed);
        return changed;
    }
}

/// <summary>Marks an entry as no longer in force; by itself where nothing stands in its place.</summary>
internal sealed record Reversal(Guid Id, Guid By);
