using AgentInvest.Core;
using AgentInvest.Finance.Lots;
using AgentInvest.Portfolio.Portfolios;

namespace AgentInvest.Portfolio.Transactions;

/// <summary>A line of the ledger as it is kept.</summary>
internal sealed record LedgerRow(
    Guid Id, long Seq, string Type, string? Symbol, decimal? Quantity, decimal? Price, decimal? Amount, decimal Fee, decimal Tax, decimal? Ratio, string Currency, decimal FxRate,
    DateTimeOffset ExecutedAt, string? ExternalId, string? Note, string Source, Guid? ReversedBy, DateTimeOffset CreatedAt)
{
    public const string Columns = "id, seq, type, symbol, quantity, price, amount, fee, tax, ratio, currency, fx_rate, executed_at, external_id, note, source, reversed_by, created_at";

    public DateOnly Day => Instants.DayOf(ExecutedAt);
    public bool FromFeed => Source == "feed";

    public static LedgerRow Read(Npgsql.NpgsqlDataReader r) => new(r.GetGuid(0), r.GetInt64(1), r.GetString(2), r.Text(3), r.Nullable<decimal>(4), r.Nullable<decimal>(5), r.Nullable<decimal>(6), r.GetDecimal(7),
        r.GetDecimal(8), r.Nullable<decimal>(9), r.GetString(10), r.GetDecimal(11), r.Instant(12), r.Text(13), r.Text(14), r.GetString(15), r.Nullable<Guid>(16), r.Instant(17));

    /// <summary>An amount given for a trade is what was paid: the price follows from it, unrounded.</summary>
    public LedgerEntry ToEntry() => new(Id, ExecutedAt, Seq, Enum.Parse<EntryKind>(Type, ignoreCase: true), Symbol, Quantity ?? 0,
        Type is "buy" or "sell" && Amount is { } paid ? paid / Quantity!.Value : Price ?? 0, Amount ?? 0, Fee, Tax, Ratio ?? 0, Currency, FxRate);
}

internal static class Ledger
{
    /// <summary>The entries in force, in the books' order.</summary>
    public static async Task<List<LedgerEntry>> EntriesAsync(Db db, PortfolioRow portfolio, CancellationToken ct)
    {
        var rows = await db.ListAsync($"select {LedgerRow.Columns} from portfolio.transactions where user_id = $1 and portfolio_id = $2 and reversed_by is null order by executed_at, seq",
            LedgerRow.Read, ct, portfolio.UserId, portfolio.Id);
        return Ordered(rows);
    }

    public static Task<List<LedgerRow>> OfSymbolAsync(Tx tx, PortfolioRow portfolio, string symbol, CancellationToken ct) =>
        tx.ListAsync($"select {LedgerRow.Columns} from portfolio.transactions where user_id = $1 and portfolio_id = $2 and symbol = $3 and reversed_by is null order by executed_at, seq",
            LedgerRow.Read, ct, portfolio.UserId, portfolio.Id, symbol);

    public static List<LedgerEntry> Ordered(IEnumerable<LedgerRow> rows)
    {
        var entries = rows.Select(r => r.ToEntry()).ToList();
        entries.Sort(LedgerEntry.Order);
        return entries;
    }

    public static async Task<LedgerRow> InsertAsync(Tx tx, PortfolioRow portfolio, LedgerRow row, CancellationToken ct)
    {
        var written = (await tx.OneAsync($"""
            insert into portfolio.transactions (user_id, portfolio_id, id, type, symbol, quantity, price, amount, fee, tax, ratio, currency, fx_rate, executed_at, external_id, note, source)
            values ($1, $2, $3, $4, $5::text, $6::numeric, $7::numeric, $8::numeric, $9, $10, $11::numeric, $12, $13, $14, $15::text, $16::text, $17) returning {LedgerRow.Columns}
            """, LedgerRow.Read, ct, portfolio.UserId, portfolio.Id, row.Id, row.Type, row.Symbol, row.Quantity, row.Price, row.Amount, row.Fee, row.Tax, row.Ratio, row.Currency, row.FxRate, row.ExecutedAt,
            row.ExternalId, row.Note, row.Source))!;
        // What the feed books follows from the user's entries; the audit is of what somebody did.
        if (written.Source == "user")
            await AuditLog.AddAsync(tx, portfolio.UserId, "portfolio.booked", new { portfolioId = portfolio.Id, written.Id, written.Type, written.Symbol, written.Quantity, written.Price, written.Amount }, written.CreatedAt, ct);
        return written;
    }

    public static Task ReverseAsync(Tx tx, PortfolioRow portfolio, Guid id, Guid by, CancellationToken ct) =>
        tx.ExecuteAsync("update portfolio.transactions set reversed_by = $4 where user_id = $1 and portfolio_id = $2 and id = $3", ct, portfolio.UserId, portfolio.Id, id, by);
}
