using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;

namespace AgentInvest.Portfolio.Portfolios;

/// <summary>GET, POST /portfolios and PATCH, DELETE /portfolios/{id}.</summary>
public sealed class ManagePortfolios(Db db, FindPortfolio find)
{
    private static readonly string[] Methods = ["fifo", "lifo", "hifo", "average", "specific"];

    public sealed record Request(string? Name, string? BaseCurrency, string? CostBasisMethod);
    public sealed record Response(Guid Id, string Name, string BaseCurrency, string CostBasisMethod, DateTimeOffset CreatedAt);

    public async Task<ListPage<Response>> ListAsync(CurrentUser user, PageRequest page, CancellationToken ct)
    {
        await find.HandleAsync(user, null, ct);
        var after =
            page.After is null ? Guid.Empty
            : Guid.TryParse(page.After, out var id) ? id
            : throw Problems.Validation("cursor", "is not a cursor of this list");
        var rows = await db.ListAsync(
            $"select {PortfolioRow.Columns} from portfolio.portfolios where user_id = $1 and id > $2 order by id limit $3",
            PortfolioRow.Read,
            ct,
            user.Id,
            after,
            page.Limit + 1
        );
        return new ListPage<Response>(
            rows.Take(page.Limit).Select(Show).ToList(),
            rows.Count > page.Limit ? PageRequest.Encode(rows[page.Limit - 1].Id.ToString()) : null
        );
    }

    public async Task<(Response Response, string ETag)> CreateAsync(CurrentUser user, Request request, CancellationToken ct)
    {
        var check = new Check();
        check.That(request.Name is not null, "name", "is required");
        Check(check, request);
        check.ThrowIfAny();
        var row = await db.InTransactionAsync(
            async tx =>
                (
                    await tx.OneAsync(
                        $"""
                        insert into portfolio.portfolios (user_id, id, name, base_currency, cost_basis_method) values ($1, $2, $3, $4, $5) returning {PortfolioRow.Columns}
                        """,
                        PortfolioRow.Read,
                        ct,
                        user.Id,
                        Guid.CreateVersion7(),
                        request.Name!.Trim(),
                        request.BaseCurrency ?? "USD",
                        request.CostBasisMethod ?? "fifo"
                    )
                )!,
            ct
        );
        return (Show(row), row.ETag);
    }

    /// <summary>Another method derives lots and gains anew; the ledger stays as it is.</summary>
    public async Task<(Response Response, string ETag)> UpdateAsync(
        CurrentUser user,
        Guid id,
        Request request,
        string? ifMatch,
        CancellationToken ct
    )
    {
        var check = new Check();
        Check(check, request);
        check.ThrowIfAny();
        var portfolio = await find.HandleAsync(user, id, ct);
        return await db.InTransactionAsync(
            async tx =>
            {
                var locked = await FindPortfolio.LockAsync(tx, portfolio, ifMatch, ct);
                if (
                    request.BaseCurrency is { } currency
                    && currency != locked.BaseCurrency
                    && await tx.OneAsync(
                        "select exists (select from portfolio.transactions where user_id = $1 and portfolio_id = $2)",
                        r => r.GetBoolean(0),
                        ct,
                        user.Id,
                        id
                    )
                )
                    throw PortfolioProblems.BaseCurrencyInUse();
                var row = (
                    await tx.OneAsync(
                        $"""
                        update portfolio.portfolios set name = coalesce($3::text, name), base_currency = coalesce($4::text, base_currency), cost_basis_method = coalesce($5::text, cost_basis_method), version = version + 1
                        where user_id = $1 and id = $2 returning {PortfolioRow.Columns}
                        """,
                        PortfolioRow.Read,
                        ct,
                        user.Id,
                        id,
                        request.Name?.Trim(),
                        request.BaseCurrency,
                        request.CostBasisMethod
                    )
                )!;
                // Whatever changes the version changes what the analytics are of.
                await Analytics.AnalyticsRequest.AddAsync(tx, row, ct);
                return (Show(row), row.ETag);
            },
            ct
        );
    }

    public async Task<(Response Response, string ETag)> GetAsync(CurrentUser user, Guid id, CancellationToken ct) =>
        await find.HandleAsync(user, id, ct) is var row ? (Show(row), row.ETag) : default;

    /// <summary>The portfolio and its whole ledger. Without a default one, the next first use creates it anew.</summary>
    public async Task DeleteAsync(CurrentUser user, Guid id, string? ifMatch, CancellationToken ct)
    {
        var portfolio = await find.HandleAsync(user, id, ct);
        await db.InTransactionAsync(async tx =>
        {
            await FindPortfolio.LockAsync(tx, portfolio, ifMatch, ct);
            await tx.ExecuteAsync("delete from portfolio.portfolios where user_id = $1 and id = $2", ct, user.Id, id);
        }, ct);
    }

    private static void Check(Check check, Request request)
    {
        check.That(
            request.Name is null || (request.Name.Trim().Length is >= 1 and <= 100 && !request.Name.Any(char.IsControl)),
            "name",
            "must have 1 to 100 characters, none of them control characters"
        );
        check.That(
            request.BaseCurrency is null || Currencies.IsKnown(request.BaseCurrency),
            "baseCurrency",
            "must be an ISO 4217 code such as USD"
        );
        check.That(
            request.CostBasisMethod is null || Methods.Contains(request.CostBasisMethod),
            "costBasisMethod",
            "must be fifo, lifo, hifo, average or specific"
        );
    }

    private static Response Show(PortfolioRow row) => new(row.Id, row.Name, row.BaseCurrency, row.CostBasisMethod, row.CreatedAt);
}
