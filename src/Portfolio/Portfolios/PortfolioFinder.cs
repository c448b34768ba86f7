using System.ComponentModel;
using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Finance.Lots;
using Microsoft.Extensions.Caching.Memory;

namespace AgentInvest.Portfolio.Portfolios;

/// <summary>Which portfolio a call is about: a query parameter of almost every one.</summary>
public sealed record PortfolioChoice([Description("Default: the user's default portfolio.")] Guid? PortfolioId = null);

/// <summary>A portfolio's own data, and the version of its ledger.</summary>
public sealed record PortfolioRow(
    Guid UserId,
    Guid Id,
    string Name,
    string BaseCurrency,
    CostBasisMethod CostBasisMethod,
    long Version,
    DateTimeOffset CreatedAt
)
{
    internal const string Columns = "user_id, id, name, base_currency, cost_basis_method, version, created_at";
    internal const int ColumnCount = 7;

    internal static PortfolioRow Read(Npgsql.NpgsqlDataReader r) =>
        new(
            r.GetGuid(0),
            r.GetGuid(1),
            r.GetString(2),
            r.GetString(3),
            EnumNames.Parse<CostBasisMethod>(r.GetString(4)),
            r.GetInt64(5),
            r.Instant(6)
        );

    /// <summary>The ledger's version, and nothing of prices.</summary>
    public string ETag => $"\"v{Version}\"";
}

/// <summary>Finds the portfolio that a call means: the one named, else the user's default one, created on first use.</summary>
[Singleton]
public sealed class PortfolioFinder(Db db) : IDisposable
{
    private const int MaxSeen = 10_000;

    private readonly MemoryCache _seen = new(new MemoryCacheOptions { SizeLimit = MaxSeen });

    /// <exception cref="ProblemException">404 where the user has no portfolio of that id.</exception>
    public async Task<PortfolioRow> FindAsync(Guid userId, Guid? id, CancellationToken ct) =>
        _seen.Set(
            (userId, id),
            await ReadAsync(userId, id, ct),
            new MemoryCacheEntryOptions { Size = 1, SlidingExpiration = TimeSpan.FromMinutes(1) }
        );

    /// <summary>
    /// As this host last saw it, which may be long ago: only for who looks again under the lock. Null when it has not seen it of late.
    /// </summary>
    internal PortfolioRow? LastSeen(Guid userId, Guid? id) => _seen.Get<PortfolioRow>((userId, id));

    public void Dispose() => _seen.Dispose();

    private async Task<PortfolioRow> ReadAsync(Guid userId, Guid? id, CancellationToken ct)
    {
        var found = id is null
            ? await db.OneAsync(
                $"select {PortfolioRow.Columns} from portfolio.portfolios where user_id = $1 and is_default",
                PortfolioRow.Read,
                ct,
                userId
            )
            : await db.OneAsync(
                $"select {PortfolioRow.Columns} from portfolio.portfolios where user_id = $1 and id = $2",
                PortfolioRow.Read,
                ct,
                userId,
                id
            );
        if (found is not null) return found;
        if (id is not null) throw Problems.NotFound();
        return (
            await db.OneAsync(
                $"""
                insert into portfolio.portfolios as p (user_id, id, name, base_currency, cost_basis_method, is_default)
                values ($1, $2, 'My portfolio', 'USD', 'fifo', true)
                on conflict (user_id) where is_default do update set is_default = true returning {PortfolioRow.Columns}
                """,
                PortfolioRow.Read,
                ct,
                userId,
                Guid.CreateVersion7()
            )
        )!;
    }

    /// <summary>The same, locked: from here to the end of the transaction nobody else writes to these books.</summary>
    internal static async Task<PortfolioRow> LockAsync(Tx tx, PortfolioRow portfolio, string? ifMatch, CancellationToken ct)
    {
        var batch = tx.Batch();
        var row = Lock(batch, portfolio);
        await batch.RunAsync(ct);
        return Locked(row, portfolio, ifMatch);
    }

    /// <summary>The lock with other statements in one trip: what comes after it in the batch reads the books as they then are.</summary>
    internal static Batch.Rows<PortfolioRow> Lock(Batch batch, PortfolioRow portfolio) =>
        batch.Add(
            $"select {PortfolioRow.Columns} from portfolio.portfolios where user_id = $1 and id = $2 for update",
            PortfolioRow.Read,
            portfolio.UserId,
            portfolio.Id
        );

    /// <param name="found">As it was when rates were looked up for it.</param>
    /// <exception cref="ProblemException">404 when the portfolio has gone, 409 when its base currency has changed since, 412 when it is
    /// another than the caller has read.</exception>
    internal static PortfolioRow Locked(Batch.Rows<PortfolioRow> row, PortfolioRow found, string? ifMatch)
    {
        var locked = row.First ?? throw Problems.NotFound();
        if (ifMatch is { Length: > 0 } && ifMatch != "*" && !ifMatch.Split(',').Any(t => t.Trim() == locked.ETag))
            throw Problems.PreconditionFailed();
        if (locked.BaseCurrency != found.BaseCurrency) throw PortfolioProblems.BaseCurrencyChanged();
        return locked;
    }
}
