using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using Npgsql;

namespace AgentInvest.Portfolio.OwnAssets;

/// <summary>POST, GET /portfolio/instruments: the user's own assets, private to that user.</summary>
[Singleton]
public sealed class ManageInstruments(Db db)
{
    public enum InstrumentClass { Equity, Etf, Fund, Bond, Crypto, RealEstate, Commodity, Cash, Other }

    /// <param name="Symbol">Starts with <c>@</c>.</param>
    /// <param name="Currency">ISO 4217.</param>
    /// <param name="Class">Default other.</param>
    [Example("""{"symbol": "@HOUSE", "name": "House", "currency": "USD", "class": "realEstate"}""")]
    public sealed record Request(string Symbol, string Name, string Currency, InstrumentClass? Class = null);

    public sealed record OwnInstrument(
        string Symbol,
        string Name,
        string Currency,
        InstrumentClass Class,
        DateTimeOffset CreatedAt
    );

    public async Task<OwnInstrument> CreateAsync(CurrentUser user, Request r, CancellationToken ct)
    {
        var check = new Check();
        check.That(
            AssetSymbols.IsValid(r.Symbol) && AssetSymbols.IsOwn(AssetSymbols.Fold(r.Symbol)),
            "symbol",
            "must start with '@', then 1 to 14 of A–Z, 0–9, '.', '^', '=' and '-'"
        );
        check.That(
            r.Name.Trim().Length is >= 1 and <= 100 && !r.Name.Any(char.IsControl),
            "name",
            "must have 1 to 100 characters, none of them control characters"
        );
        check.That(Currencies.IsKnown(r.Currency), "currency", "must be an ISO 4217 code such as USD");
        check.ThrowIfAny();
        var symbol = AssetSymbols.Fold(r.Symbol);
        try
        {
            return await db.InTransactionAsync(
                async tx =>
                {
                    await OwnData.ChangedAsync(tx, user.Id, ct);
                    return (
                        await tx.OneAsync(
                            """
                            insert into portfolio.instruments (user_id, symbol, name, currency, class) values ($1, $2, $3, $4, $5)
                            returning symbol, name, currency, class, created_at
                            """,
                            Read,
                            ct,
                            user.Id,
                            symbol,
                            r.Name.Trim(),
                            r.Currency,
                            EnumNames.Of(r.Class ?? InstrumentClass.Other)
                        )
                    )!;
                },
                ct
            );
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw Problems.Conflict($"You have an instrument {symbol} already.");
        }
    }

    public async Task<ListPage<OwnInstrument>> ListAsync(CurrentUser user, PageRequest page, CancellationToken ct)
    {
        var rows = await db.ListAsync(
            """
            select symbol, name, currency, class, created_at from portfolio.instruments
            where user_id = $1 and ($2::text is null or symbol > $2) order by symbol limit $3
            """,
            Read,
            ct,
            user.Id,
            page.After,
            page.Limit + 1
        );
        return new ListPage<OwnInstrument>(
            rows.Take(page.Limit).ToList(),
            rows.Count > page.Limit ? PageRequest.Encode(rows[page.Limit - 1].Symbol) : null
        );
    }

    private static OwnInstrument Read(NpgsqlDataReader r) =>
        new(r.GetString(0), r.GetString(1), r.GetString(2), EnumNames.Parse<InstrumentClass>(r.GetString(3)), r.Instant(4));
}

internal static class OwnData
{
    /// <summary>In the transaction of the change; also what makes changes of one user's data wait for each other.</summary>
    public static Task ChangedAsync(Tx tx, Guid userId, CancellationToken ct) =>
        tx.ExecuteAsync(
            """
            insert into portfolio.own_data as o (user_id, version) values ($1, 1)
            on conflict (user_id) do update set version = o.version + 1
            """,
            ct,
            userId
        );
}
