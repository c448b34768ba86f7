using System.Text.Json;
using AgentInvest.Market;
using Npgsql;

namespace AgentInvest.Bench;

/// <summary>
/// The cost of a function without the application around it: Kestrel, minimal endpoints and Npgsql, the same statements in the same
/// transaction, an answer of the same size. No sign-in, no limits, no checks, no lots.
/// </summary>
internal static class Peer
{
    private const string Columns =
        "id, seq, type, symbol, quantity, price, amount, fee, tax, ratio, currency, fx_rate, executed_at, "
        + "external_id, note, source, reversed_by, created_at";

    private sealed record Booking(string Type, string Symbol, decimal Quantity, decimal Price, DateTimeOffset ExecutedAt);

    private sealed record Booked(
        Guid Id,
        string Type,
        string Symbol,
        decimal Quantity,
        decimal Price,
        string Currency,
        decimal FxRate,
        DateTimeOffset ExecutedAt,
        DateTimeOffset CreatedAt,
        string Source,
        int Entries
    );

    public static async Task<int> RunAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://localhost:" + Environment.GetEnvironmentVariable("AGENTINVEST_PORT"));
        var settings = new NpgsqlConnectionStringBuilder(Environment.GetEnvironmentVariable("ConnectionStrings__Postgres")!)
        {
            MaxAutoPrepare = 100,
            MaxPoolSize = 60,
            NoResetOnClose = true,
        };
        await using var source = NpgsqlDataSource.Create(settings.ConnectionString);
        await using var app = builder.Build();
        app.MapGet("/memory/{symbol}", (string symbol) => Results.Json(Quote(symbol, 1, 1)));
        app.MapGet("/quote/{symbol}", async (string symbol) => Results.Json(await QuoteAsync(source, symbol)));
        app.MapPost(
            "/book/{user:guid}/{portfolio:guid}",
            async (Guid user, Guid portfolio, Booking booking) =>
                Results.Json(await BookAsync(source, user, portfolio, booking), statusCode: 201)
        );
        await app.StartAsync();
        Console.WriteLine("ready");
        await app.WaitForShutdownAsync();
        return 0;
    }

    private static Quote Quote(string symbol, decimal close, decimal previous) =>
        new(
            symbol,
            "Apple Inc.",
            "NASDAQ",
            "USD",
            close,
            close,
            close,
            close,
            previous,
            close - previous,
            0,
            1000,
            AgentInvest.Market.MarketState.Open,
            DateTimeOffset.UtcNow,
            "peer",
            false
        );

    /// <summary>A quote the usual way: the two latest bars of the series, by its index.</summary>
    private static async Task<Quote> QuoteAsync(NpgsqlDataSource source, string symbol)
    {
        await using var command = source.CreateCommand(
            "select close, open, high, low, volume from market.bars_daily where symbol = $1 order by day desc limit 2"
        );
        command.Parameters.Add(new() { Value = symbol });
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        var close = reader.GetDecimal(0);
        await reader.ReadAsync();
        return Quote(symbol, close, reader.GetDecimal(0));
    }

    private static async Task<Booked> BookAsync(NpgsqlDataSource source, Guid user, Guid portfolio, Booking booking)
    {
        await using var connection = await source.OpenConnectionAsync();
        await ListAsync(
            connection,
            "select user_id, id, name, base_currency, cost_basis_method, version, created_at from portfolio.portfolios "
                + "where user_id = $1 and id = $2",
            r => r.GetGuid(1),
            user,
            portfolio
        );
        await using var transaction = await connection.BeginTransactionAsync();
        await ListAsync(
            connection,
            "select user_id, id, name, base_currency, cost_basis_method, version, created_at from portfolio.portfolios "
                + "where user_id = $1 and id = $2 for update",
            r => r.GetGuid(1),
            user,
            portfolio
        );
        var existing = await ListAsync(
            connection,
            $"select {Columns} from portfolio.transactions where user_id = $1 and portfolio_id = $2 and symbol = $3 "
                + "and reversed_by is null order by executed_at, seq",
            Read,
            user,
            portfolio,
            booking.Symbol
        );
        var row = (
            await ListAsync(
                connection,
                $"""
                insert into portfolio.transactions
                    (user_id, portfolio_id, id, type, symbol, quantity, price, fee, tax, currency, fx_rate, executed_at, source)
                values ($1, $2, $3, $4, $5, $6, $7, 0, 0, 'USD', 1, $8, 'user') returning {Columns}
                """,
                Read,
                user,
                portfolio,
                Guid.CreateVersion7(),
                booking.Type,
                booking.Symbol,
                booking.Quantity,
                booking.Price,
                booking.ExecutedAt
            )
        )[0];
        var version = (
            await ListAsync(
                connection,
                "update portfolio.portfolios set version = version + 1 where user_id = $1 and id = $2 returning version",
                r => r.GetInt64(0),
                user,
                portfolio
            )
        )[0];
        // The kind is one that nobody drains.
        await ListAsync(connection, """
            insert into core.outbox (kind, key, payload) values ($1, $2, $3::jsonb)
            on conflict (kind, key) where key is not null do update set payload = excluded.payload, attempts = 0, due_at = now()
            """, r => 0, "bench.peer", portfolio.ToString(), JsonSerializer.Serialize(new { user, portfolio, version }));
        await transaction.CommitAsync();
        return row with { Entries = existing.Count };
    }

    private static Booked Read(NpgsqlDataReader r) =>
        new(
            r.GetGuid(0),
            r.GetString(2),
            r.GetString(3),
            r.GetDecimal(4),
            r.GetDecimal(5),
            r.GetString(10),
            r.GetDecimal(11),
            r.GetFieldValue<DateTimeOffset>(12),
            r.GetFieldValue<DateTimeOffset>(17),
            r.GetString(15),
            0
        );

    private static async Task<List<T>> ListAsync<T>(
        NpgsqlConnection connection,
        string sql,
        Func<NpgsqlDataReader, T> map,
        params object[] args
    )
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var arg in args) command.Parameters.Add(new() { Value = arg });
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync()) rows.Add(map(reader));
        return rows;
    }
}
