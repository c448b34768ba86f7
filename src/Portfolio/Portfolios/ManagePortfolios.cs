using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Finance.Lots;

namespace AgentInvest.Portfolio.Portfolios;

/// <summary>GET, POST /portfolios and GET, PATCH, DELETE /portfolios/{id}.</summary>
[Singleton]
public sealed class ManagePortfolios(Db db, PortfolioFinder find)
{
    /// <param name="BaseCurrency">ISO 4217; default USD.</param>
    /// <param name="CostBasisMethod">Default fifo.</param>
    [Example("""{"name": "Retirement", "baseCurrency": "USD", "costBasisMethod": "fifo"}""")]
    public sealed record NewPortfolio(string Name, string? BaseCurrency = null, CostBasisMethod? CostBasisMethod = null);

    /// <summary>Members that are left out stay as they are.</summary>
    [Example("""{"name": "Retirement"}""")]
    public sealed record PortfolioChange(
        string? Name = null,
        string? BaseCurrency = null,
        CostBasisMethod? CostBasisMethod = null
    );

    public sealed record Portfolio(
        Guid Id,
        string Name,
        string BaseCurrency,
        CostBasisMethod CostBasisMethod,
        DateTimeOffset CreatedAt
    );

    public async Task<ListPage<Portfolio>> ListAsync(CurrentUser user, PageRequest page, CancellationToken ct)
    {
        await find.FindAsync(user.Id, null, ct);
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
        return new ListPage<Portfolio>(
            [.. rows.Take(page.Limit).Select(Show)],
            rows.Count > page.Limit ? PageRequest.Encode(rows[page.Limit - 1].Id.ToString()) : null
        );
    }

    public async Task<(Portfolio Portfolio, string ETag)> CreateAsync(CurrentUser user, NewPortfolio request, CancellationToken ct)
    {
        Check(request.Name, request.BaseCurrency);
        var row = await db.InTransactionAsync(
            tx =>
                tx.OneAsync(
                    $"""
                    insert into portfolio.portfolios (user_id, id, name, base_currency, cost_basis_method)
                    values ($1, $2, $3, $4, $5) returning {PortfolioRow.Columns}
                    """,
                    PortfolioRow.Read,
                    ct,
                    user.Id,
                    Guid.CreateVersion7(),
                    request.Name.Trim(),
                    request.BaseCurrency ?? "USD",
                    EnumNames.Of(request.CostBasisMethod ?? CostBasisMethod.Fifo)
                ),
            ct
        );
        return (Show(row!), row!.ETag);
    }

    /// <summary>Another method derives lots and gains anew; the ledger stays as it is.</summary>
    public async Task<(Portfolio Portfolio, string ETag)> UpdateAsync(
        CurrentUser user,
        Guid id,
        PortfolioChange request,
        string? ifMatch,
        CancellationToken ct
    )
    {
        Check(request.Name, request.BaseCurrency);
        var portfolio = await find.FindAsync(user.Id, id, ct);
        return await db.InTransactionAsync(
            async tx =>
            {
                var locked = await PortfolioFinder.LockAsync(tx, portfolio, ifMatch, ct);
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
                        update portfolio.portfolios set
                            name = coalesce($3::text, name), base_currency = coalesce($4::text, base_currency),
                            cost_basis_method = coalesce($5::text, cost_basis_method), version = version + 1
                        where user_id = $1 and id = $2 returning {PortfolioRow.Columns}
                        """,
                        PortfolioRow.Read,
                        ct,
                        user.Id,
                        id,
                        request.Name?.Trim(),
                        request.BaseCurrency,
                        request.CostBasisMethod is { } method ? EnumNames.Of(method) : null
                    )
                )!;
                // Whatever changes the version changes what the analytics are of.
                await Analytics.AnalyticsRequest.AddAsync(tx, row, ct);
                return (Show(row), row.ETag);
            },
            ct
        );
    }

    public async Task<(Portfolio Portfolio, string ETag)> GetAsync(CurrentUser user, Guid id, CancellationToken ct) =>
        await find.FindAsync(user.Id, id, ct) is var row ? (Show(row), row.ETag) : default;

    /// <summary>The portfolio and its whole ledger. Without a default one, the next first use creates it anew.</summary>
    public async Task DeleteAsync(CurrentUser user, Guid id, string? ifMatch, CancellationToken ct)
    {
        var portfolio = await find.FindAsync(user.Id, id, ct);
        await db.InTransactionAsync(
            async tx =>
            {
                await PortfolioFinder.LockAsync(tx, portfolio, ifMatch, ct);
                await tx.ExecuteAsync("delete from portfolio.portfolios where user_id = $1 and id = $2", ct, user.Id, id);
            },
            ct
        );
    }

    private static void Check(string? name, string? baseCurrency)
    {
        var check = new Check();
        check.That(
            name is null || (name.Trim().Length is >= 1 and <= 100 && !name.Any(char.IsControl)),
            "name",
            "must have 1 to 100 characters, none of them control characters"
        );
        check.That(
            baseCurrency is null || Currencies.IsKnown(baseCurrency),
            "baseCurrency",
            "must be an ISO 4217 code such as USD"
        );
        check.ThrowIfAny();
    }

    private static Portfolio Show(PortfolioRow row) => new(row.Id, row.Name, row.BaseCurrency, row.CostBasisMethod, row.CreatedAt);
}
