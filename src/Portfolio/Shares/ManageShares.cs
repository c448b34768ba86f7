using System.Security.Cryptography;
using System.Text;
using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Portfolio.Portfolios;
using Npgsql;

namespace AgentInvest.Portfolio.Shares;

/// <summary>
/// POST, GET /portfolio/shares and DELETE /portfolio/shares/{id}: read-only links to one portfolio. The token is in the answer that creates
/// it and nowhere else: a hash of it is kept.
/// </summary>
[Singleton]
public sealed class ManageShares(Db db, PortfolioFinder find, TimeProvider time)
{
    /// <summary><c>values</c> shows amounts; without it only percentages are shown.</summary>
    public enum ShareScope { Percentages, Values }

    /// <param name="Scopes">Default percentages, which are always among them.</param>
    /// <param name="ExpiresAt">Default: never.</param>
    [Example("""{"scopes": ["values"]}""")]
    public sealed record Request(IReadOnlyList<ShareScope>? Scopes = null, DateTimeOffset? ExpiresAt = null);

    public sealed record CreatedShare(
        Guid Id,
        Guid PortfolioId,
        string Token,
        string Url,
        IReadOnlyList<ShareScope> Scopes,
        DateTimeOffset? ExpiresAt,
        DateTimeOffset CreatedAt
    );

    public sealed record Share(
        Guid Id,
        Guid PortfolioId,
        IReadOnlyList<ShareScope> Scopes,
        DateTimeOffset? ExpiresAt,
        DateTimeOffset CreatedAt
    );

    public async Task<CreatedShare> CreateAsync(CurrentUser user, PortfolioChoice choice, Request r, CancellationToken ct)
    {
        var check = new Check();
        check.That(r.ExpiresAt is null || r.ExpiresAt > time.GetUtcNow(), "expiresAt", "must be in the future");
        check.ThrowIfAny();
        var portfolio = await find.FindAsync(user.Id, choice.PortfolioId, ct);
        var token = MasterKey.NewToken();
        var scopes = (r.Scopes ?? []).Append(ShareScope.Percentages).Distinct().Order().ToArray();
        return await db.InTransactionAsync(
            async tx =>
                (
                    await tx.OneAsync(
                        """
                        insert into portfolio.shares (user_id, id, portfolio_id, token_hash, scopes, expires_at)
                        values ($1, $2, $3, $4, $5, $6::timestamptz) returning id, expires_at, created_at
                        """,
                        row => new CreatedShare(
                            row.GetGuid(0),
                            portfolio.Id,
                            token,
                            $"/v1/shared/{token}",
                            scopes,
                            row.Nullable<DateTimeOffset>(1),
                            row.Instant(2)
                        ),
                        ct,
                        user.Id,
                        Guid.CreateVersion7(),
                        portfolio.Id,
                        Hash(token),
                        scopes.Select(s => EnumNames.Of(s)).ToArray(),
                        r.ExpiresAt
                    )
                )!,
            ct
        );
    }

    public async Task<ListPage<Share>> ListAsync(CurrentUser user, PageRequest page, CancellationToken ct)
    {
        var after =
            page.After is null ? Guid.Empty
            : Guid.TryParse(page.After, out var id) ? id
            : throw Problems.Validation("cursor", "is not a cursor of this list");
        var rows = await db.ListAsync(
            """
            select id, portfolio_id, scopes, expires_at, created_at from portfolio.shares
            where user_id = $1 and id > $2 order by id limit $3
            """,
            r => new Share(r.GetGuid(0), r.GetGuid(1), ReadScopes(r, 2), r.Nullable<DateTimeOffset>(3), r.Instant(4)),
            ct,
            user.Id,
            after,
            page.Limit + 1
        );
        return new ListPage<Share>(
            rows.Take(page.Limit).ToList(),
            rows.Count > page.Limit ? PageRequest.Encode(rows[page.Limit - 1].Id.ToString()) : null
        );
    }

    public async Task DeleteAsync(CurrentUser user, string id, CancellationToken ct)
    {
        if (
            !Guid.TryParse(id, out var guid)
            || await db.ExecuteAsync("delete from portfolio.shares where user_id = $1 and id = $2", ct, user.Id, guid) == 0
        )
            throw Problems.NotFound();
    }

    internal static ShareScope[] ReadScopes(NpgsqlDataReader r, int column) =>
        [.. r.GetFieldValue<string[]>(column).Select(EnumNames.Parse<ShareScope>)];

    internal static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
