using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Finance.Lots;
using AgentInvest.Portfolio.Portfolios;

namespace AgentInvest.Portfolio.Ledger;

/// <summary>What the books say of some symbols.</summary>
/// <param name="Links">Spin-offs and mergers tie the lots of one symbol to those of another; those of the whole portfolio.</param>
/// <param name="Dropped">The feed's entries that the user has deleted.</param>
internal sealed record LedgerReading(
    IReadOnlySet<string> Symbols,
    Batch.Rows<LedgerRow> Rows,
    Batch.Rows<(string From, string To)> Links,
    Batch.Rows<(string Symbol, EntryKind Kind, DateOnly Day)> Dropped
)
{
    public List<LedgerRow> Of(IReadOnlySet<string> symbols) => Rows.All.Where(r => symbols.Contains(r.Symbol!)).ToList();
}

/// <summary>The ledger's SQL.</summary>
internal static class LedgerStore
{
    /// <summary>All that is in force.</summary>
    public static Task<List<LedgerRow>> ListAsync(Db db, PortfolioRow portfolio, CancellationToken ct) =>
        db.ListAsync(
            $"""
            select {LedgerRow.Columns} from portfolio.transactions
            where user_id = $1 and portfolio_id = $2 and reversed_by is null order by executed_at, seq
            """,
            LedgerRow.Read,
            ct,
            portfolio.UserId,
            portfolio.Id
        );

    /// <summary>Of what is in force, the rows written after one.</summary>
    public static Task<List<LedgerRow>> ListSinceAsync(Db db, PortfolioRow portfolio, long seq, CancellationToken ct) =>
        db.ListAsync(
            $"""
            select {LedgerRow.Columns} from portfolio.transactions
            where user_id = $1 and portfolio_id = $2 and reversed_by is null and seq > $3
            """,
            LedgerRow.Read,
            ct,
            portfolio.UserId,
            portfolio.Id,
            seq
        );

    /// <summary>A row of any of the user's portfolios, in force or not.</summary>
    /// <exception cref="ProblemException">404 where there is none.</exception>
    public static async Task<(Guid PortfolioId, LedgerRow Row)> FindAsync(Db db, Guid userId, string id, CancellationToken ct)
    {
        if (!Guid.TryParse(id, out var guid)) throw Problems.NotFound();
        var (portfolioId, row) = await db.OneAsync(
            $"select {LedgerRow.Columns}, portfolio_id from portfolio.transactions where user_id = $1 and id = $2",
            r => (r.GetGuid(LedgerRow.ColumnCount), LedgerRow.Read(r)),
            ct,
            userId,
            guid
        );
        return row is null ? throw Problems.NotFound() : (portfolioId, row);
    }

    public static async Task<LedgerReading> ReadAsync(Tx tx, PortfolioRow portfolio, IReadOnlySet<string> symbols, CancellationToken ct)
    {
        var batch = tx.Batch();
        var reading = Read(batch, portfolio, symbols);
        await batch.RunAsync(ct);
        return reading;
    }

    /// <summary>With other statements in one trip.</summary>
    public static LedgerReading Read(Batch batch, PortfolioRow portfolio, IReadOnlySet<string> symbols)
    {
        var names = symbols.ToArray();
        // For an array of any length PostgreSQL plans anew each time.
        var isOne = names.Length == 1 ? "= ($3::text[])[1]" : "= any($3)";
        return new LedgerReading(
            symbols,
            batch.Add(
                $"""
                select {LedgerRow.Columns} from portfolio.transactions
                where user_id = $1 and portfolio_id = $2 and symbol {isOne} and reversed_by is null order by executed_at, seq
                """,
                LedgerRow.Read,
                portfolio.UserId,
                portfolio.Id,
                names
            ),
            batch.Add(
                """
                select distinct symbol, new_symbol from portfolio.transactions
                where user_id = $1 and portfolio_id = $2 and new_symbol is not null and reversed_by is null
                """,
                r => (r.GetString(0), r.GetString(1)),
                portfolio.UserId,
                portfolio.Id
            ),
            batch.Add(
                $"""
                select symbol, type, executed_at from portfolio.transactions
                where user_id = $1 and portfolio_id = $2 and symbol {isOne} and source = 'feed' and reversed_by = id
                """,
                r => (r.GetString(0), EnumNames.Parse<EntryKind>(r.GetString(1)), Instants.DayOf(r.Instant(2))),
                portfolio.UserId,
                portfolio.Id,
                names
            )
        );
    }

    /// <summary>All that stands, and with it what it was before corrections: an import must not bring back what was corrected.</summary>
    public static Task<List<LedgerRow>> ListChainsAsync(Tx tx, PortfolioRow portfolio, CancellationToken ct) =>
        tx.ListAsync(
            $"""
            select {LedgerRow.Columns} from portfolio.transactions
            where user_id = $1 and portfolio_id = $2 and (reversed_by is null or (reversed_by <> id and source = 'user'))
            order by executed_at, seq
            """,
            LedgerRow.Read,
            ct,
            portfolio.UserId,
            portfolio.Id
        );

    public static List<LedgerEntry> Ordered(IEnumerable<LedgerRow> rows)
    {
        var entries = rows.Select(r => r.ToEntry()).ToList();
        entries.Sort(LedgerEntry.Order);
        return entries;
    }

    /// <summary>In the order given, which is the order of their <c>seq</c>.</summary>
    public static Batch.Rows<LedgerRow> Insert(Batch batch, PortfolioRow portfolio, IReadOnlyList<LedgerRow> rows) =>
        batch.Add(rows.Count == 1 ? InsertOne : InsertMany, LedgerRow.Read, [portfolio.UserId, portfolio.Id, .. LedgerRow.ToColumns(rows)]);

    /// <summary>
    /// What <see cref="LedgerRow.ToColumns"/> gives arrays of. Lot ids come joined by commas, because arrays of arrays must be rectangular.
    /// </summary>
    private static readonly (string Name, string Type)[] Given =
    [
        ("id", "uuid"),
        ("type", "text"),
        ("symbol", "text"),
        ("quantity", "numeric"),
        ("price", "numeric"),
        ("amount", "numeric"),
        ("fee", "numeric"),
        ("tax", "numeric"),
        ("ratio", "numeric"),
        ("currency", "text"),
        ("fx_rate", "numeric"),
        ("executed_at", "timestamptz"),
        ("external_id", "text"),
        ("note", "text"),
        ("source", "text"),
        ("new_symbol", "text"),
        ("cost_fraction", "numeric"),
        ("lot_ids", "text"),
        ("replaces", "uuid"),
        ("root", "uuid"),
        ("place", "bigint"),
        ("acquired_at", "timestamptz"),
    ];

    private static readonly string Names = string.Join(", ", Given.Select(c => c.Name));
    private static readonly string Into = $"insert into portfolio.transactions (user_id, portfolio_id, {Names})";

    private static string ValueOf(string name, string text) => name == "lot_ids" ? $"string_to_array({text}, ',')::uuid[]" : text;

    private static readonly string InsertMany = $"""
        {Into} select $1, $2, {string.Join(", ", Given.Select(c => ValueOf(c.Name, c.Name)))}
        from unnest({string.Join(", ", Given.Select((c, i) => $"${i + 3}::{c.Type}[]"))})
        with ordinality as t ({Names}, n) order by n returning {LedgerRow.Columns}
        """;

    /// <summary>A booking of one, as most are, takes PostgreSQL half as long without the functions and the sorting.</summary>
    private static readonly string InsertOne = $"""
        {Into} values ($1, $2, {string.Join(", ", Given.Select((c, i) => ValueOf(c.Name, $"(${i + 3}::{c.Type}[])[1]")))})
        returning {LedgerRow.Columns}
        """;

    public static void Reverse(Batch batch, PortfolioRow portfolio, IReadOnlyList<Reversal> reversals) =>
        batch.Execute(
            """
            update portfolio.transactions t set reversed_by = r.by from unnest($3::uuid[], $4::uuid[]) as r (id, by)
            where t.user_id = $1 and t.portfolio_id = $2 and t.id = r.id
            """,
            portfolio.UserId,
            portfolio.Id,
            reversals.Select(r => r.Id).ToArray(),
            reversals.Select(r => r.By).ToArray()
        );

    /// <summary>Counts the change and asks for the analytics of the new version.</summary>
    public static PortfolioRow IncrementVersion(Batch batch, PortfolioRow locked)
    {
        var changed = locked with { Version = locked.Version + 1 };
        batch.Execute(
            "update portfolio.portfolios set version = $3 where user_id = $1 and id = $2",
            locked.UserId,
            locked.Id,
            changed.Version
        );
        Analytics.AnalyticsRequest.Add(batch, changed);
        return changed;
    }
}
