using System.Security.Cryptography;
using System.Text;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Portfolio.Portfolios;

namespace AgentInvest.Portfolio.Shares;

/// <summary>
/// POST, GET /portfolio/shares and DELETE /portfolio/shares/{id}: read-only links to one portfolio. The token is told once and kept as a
/// hash.
/// </summary>
public sealed class ManageShares(Db db, FindPortfolio find, TimeProvider time)
{
    /// <summary>Shows amounts; without it only percentages are shown.</summary>
    internal const string Values = "values";

    public sealed record Request(IReadOnlyList<string>? Scopes, DateTimeOffset? ExpiresAt);
    public sealed record Created(
        Guid Id,
        Guid PortfolioId,
        string Token,
        string Url,
        IReadOnlyList<string> Scopes,
        DateTimeOffset? ExpiresAt,
        DateTimeOffset CreatedAt
    );
    public sealed record Response(
        Guid Id,
        Guid PortfolioId,
        IReadOnlyList<string> Scopes,
        DateTimeOffset? ExpiresAt,
        DateTimeOffset CreatedAt
    );

    public async Task<Created> CreateAsync(CurrentUser user, Guid? portfolioId, Request r, CancellationToken ct)
    {
        var check = new Check();
        check.That(r.Scopes is null || r.Scopes.All(s => s is Values or "percentages"), "scopes", "must be of: percentages, values");
        check.That(r.ExpiresAt is null || r.ExpiresAt > time.GetUtcNow(), "expiresAt", "must be in the future");
        check.ThrowIfAny();
        var portfolio = await find.HandleAsync(user, portfolioId, ct);
        var token = MasterKey.NewToken();
        var scopes = (r.Scopes ?? []).Append("percentages").Distinct().Order(StringComparer.Ordinal).ToArray();
        return await db.InTransactionAsync(
            async tx =>
                (
                    await tx.OneAsync(
                        """
                        insert into portfolio.shares (user_id, id, portfolio_id, token_hash, scopes, expires_at) values ($1, $2, $3, $4, $5, $6::timestamptz) returning id, expires_at, created_at
                        """,
                        row => new Created(
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
                        scopes,
                        r.ExpiresAt
                    )
                )!,
            ct
        );
    }

    public async Task<ListPage<Response>> ListAsync(CurrentUser user, PageRequest page, CancellationToken ct)
    {
        var after =
            page.After is null ? Guid.Empty
            : Guid.TryParse(page.After, out var id) ? id
            : throw Problems.Validation("cursor", "is not a cursor of this list");
        var rows = await db.ListAsync(
            "select id, portfolio_id, scopes, expires_at, created_at from portfolio.shares where user_id = $1 and id > $2 order by id limit $3",
            r => new Response(r.GetGuid(0), r.GetGuid(1), r.GetFieldValue<string[]>(2), r.Nullable<DateTimeOffset>(3), r.Instant(4)),
            ct,
            user.Id,
            after,
            page.Limit + 1
        );
        return new ListPage<Response>(
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

    internal static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
